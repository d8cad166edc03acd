import type { Environment } from './environment.ts';
import { readConfigFile, readTextFile } from './config-file.ts';
import { localPath } from '../values/location.ts';
import { mergeOptions } from './merge.ts';
import type { Flags } from './merge.ts';
import type { ParsedOptions } from '../registry/option-schemas.ts';
import type { OptionName } from '../registry/options.ts';
import { verbs } from '../registry/verbs.ts';
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
 * Reads the config file, if one is named, and the files of secrets that the environment names, and merges them with
 * environment and flags.
 *
 * @throws {FlantsError} `usage`
 */
export async function mergeInput<V extends VerbName>(
  verb: V,
  { flags, environment, cwd }: CommandInput,
): Promise<ParsedOptions<V>> {
  const path = flags.config ?? environment.options.config?.text;
  const file = typeof path === 'string' ? await readConfigFile(localPath(path, cwd)) : undefined;
  const secrets = await readSecrets(verb, { flags, environment, cwd });
  const all = { ...environment, options: { ...environment.options, ...secrets } };
  return mergeOptions(verb, { environment: all, flags, ...(file === undefined ? {} : { file }) });
}

/** The secrets of a verb that are in files. White space around them is removed. */
async function readSecrets(
  verb: VerbName,
  { flags, environment, cwd }: Omit<CommandInput, 'words'>,
): Promise<Environment['options']> {
  const names: readonly OptionName[] = verbs[verb].options;
  const secrets: Partial<Record<OptionName, { readonly variable: string; readonly text: string }>> = {};
  for (const name of names) {
    const file = environment.secretFiles[name];
    if (file === undefined || flags[name] !== undefined) continue;
    const text = (await readTextFile(localPath(file.path, cwd), file.variable)).trim();
    secrets[name] = { variable: file.variable, text };
  }
  return secrets;
}
