import type { Environment } from './environment.ts';
import { findConfigFile, readConfigFile, readTextFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { localPath } from '../values/location.ts';
import { mergeOptions } from './merge.ts';
import type { Flags } from './merge.ts';
import { completeWords } from './place-words.ts';
import type { ParsedOptions } from '../registry/option-schemas.ts';
import type { OptionName } from '../registry/options.ts';
import { verbs } from '../registry/verbs.ts';
import type { VerbName } from '../registry/verbs.ts';

/** The input of one verb: words, flags, environment and config file. */
export interface CommandInput {
  /** The arguments after the verb that are not options. */
  readonly words: readonly string[];
  readonly flags: Flags;
  readonly environment: Environment;
  /** Base of relative paths. */
  readonly cwd: string;
  /** Absent: there is none. */
  readonly file?: ConfigFile;
}

/** What was typed, and where. */
export type TypedInput = Omit<CommandInput, 'file'>;

/**
 * Reads the config file that `--config` names, or else that of the current folder, and completes the words by it.
 *
 * @throws {FlantsError} `usage`
 */
export async function completeInput(verb: VerbName, input: TypedInput): Promise<CommandInput> {
  const found = await locateConfigFile(input);
  if (found === undefined) return input;
  const file = await readConfigFile(found.path, found.name);
  const isSet = (name: 'state' | 'redis' | 'journal'): boolean =>
    (input.flags[name] ?? input.environment.options[name] ?? file.values[name]) !== undefined;
  const hasState = input.flags.state !== undefined || (isSet('state') && !isSet('redis') && !isSet('journal'));
  return { ...input, file, words: completeWords(verbs[verb], input.words, { place: file.place ?? {}, hasState }) };
}

/** Finds the config file of a command. `name` is for messages. Undefined where there is none. */
export async function locateConfigFile({
  flags,
  environment,
  cwd,
}: Omit<TypedInput, 'words'>): Promise<{ readonly path: string; readonly name: string } | undefined> {
  const named = flags.config ?? environment.options.config?.text;
  const name = typeof named === 'string' ? named : await findConfigFile(cwd);
  return name === undefined ? undefined : { path: localPath(name, cwd), name };
}

/**
 * Merges the options of a verb from config file, environment, the files of secrets that the environment names, and
 * flags.
 *
 * @throws {FlantsError} `usage`
 */
export async function mergeInput<V extends VerbName>(
  verb: V,
  { flags, environment, cwd, file }: CommandInput,
): Promise<ParsedOptions<V>> {
  const secrets = await readSecrets(verb, { flags, environment, cwd });
  const all = { ...environment, options: { ...environment.options, ...secrets } };
  return mergeOptions(verb, { environment: all, flags, ...(file === undefined ? {} : { file }) });
}

/** The secrets of a verb that are in files. White space around them is removed. */
async function readSecrets(
  verb: VerbName,
  { flags, environment, cwd }: Omit<TypedInput, 'words'>,
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
