import type { Environment } from './environment.ts';
import { readConfigFile } from './config-file.ts';
import { localPath } from '../values/location.ts';
import { mergeOptions } from './merge.ts';
import type { Flags } from './merge.ts';
import type { ParsedOptions } from '../registry/option-schemas.ts';
import type { VerbName } from '../registry/verbs.ts';

/** The input of one verb: words, flags and environment. */
export interface CommandInput {
  /** The arguments after the verb that are not options. */
  readonly words: readonly string[];
  readonly flags: Flags;
  readonly environment: Environment;
  /** Base of relative paths. */
  readonly cwd: string;
}

/**
 * Reads the config file, if one is named, and merges it with environment and flags.
 *
 * @throws {FlantsError} `usage`
 */
export async function mergeInput<V extends VerbName>(
  verb: V,
  { flags, environment, cwd }: CommandInput,
): Promise<ParsedOptions<V>> {
  const path = flags.config ?? environment.options.config?.text;
  const file = typeof path === 'string' ? await readConfigFile(localPath(path, cwd)) : undefined;
  return mergeOptions(verb, { environment, flags, ...(file === undefined ? {} : { file }) });
}
