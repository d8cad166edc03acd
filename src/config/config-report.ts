import { stat } from 'node:fs/promises';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { completeInput, locateConfigFile } from './input/command-input.ts';
import type { TypedInput } from './input/command-input.ts';
import { inspectConfigFile, readConfigFile } from './input/config-file.ts';
import type { ConfigFault, ConfigFile } from './input/config-file.ts';
import { givenValues, refusalText } from './input/merge.ts';
import type { Layers } from './input/merge.ts';
import { completeWords } from './input/place-words.ts';
import { closestWord } from './input/suggest.ts';
import { loadVerbOptions } from './load-verb-options.ts';
import { isFileOption, schemaOfOption } from './registry/option-schemas.ts';
import { optionNames, specOf } from './registry/options.ts';
import type { OptionName } from './registry/options.ts';
import type { VerbSpec } from './registry/verb-spec.ts';
import { specIn, verbNames, verbs } from './registry/verbs.ts';
import type { VerbName } from './registry/verbs.ts';
import { localPath, withoutSecrets } from './values/location.ts';

/** Where a value comes from. */
export type ValueOrigin =
  | { readonly kind: 'flag' | 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly line?: number }
  | { readonly kind: 'argument' | 'default' | 'aws' };

/** The value of an option as a verb would take it. */
export interface ShownValue {
  readonly name: string;
  /** For people. Masked if it is secret. */
  readonly value: string;
  readonly from: ValueOrigin;
}

/** What `config` is to do. */
export interface ConfigCommand {
  readonly action: 'check' | 'show';
  readonly verb: VerbName;
  /** The words of that verb. */
  readonly words: readonly string[];
  readonly json: boolean;
}

/** What is wrong with a configuration. */
export interface ConfigCheck {
  /** The file, as it was named. */
  readonly path: string;
  readonly verb: VerbName;
  /** Options that the file sets. */
  readonly options: number;
  /** Without a line: what options contradict, or the environment says. */
  readonly faults: readonly (Omit<ConfigFault, 'line'> & { readonly line?: number })[];
  readonly warnings: readonly ConfigFault[];
}

export const mask = '********';

/**
 * Reads what `config` is to do. Without a verb it is `up` if the file names a journal, else `copy`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadConfigCommand(input: TypedInput): Promise<ConfigCommand> {
  const [word, named, ...words] = input.words;
  const action = (['check', 'show'] as const).find((each) => each === word);
  if (action === undefined)
    throw new FlantsError(
      'usage',
      word === undefined
        ? 'config takes check or show'
        : `config takes check or show, not "${word}"${suggestion(word, ['check', 'show'])}`,
    );
  const verb = verbNames.find((each) => each === named);
  if (named !== undefined && verb === undefined)
    throw new FlantsError('usage', `"${named}" is no verb${suggestion(named, verbNames)}`);
  const json = givenValues('json', { environment: input.environment, flags: input.flags }).at(-1)?.value === true;
  return { action, verb: verb ?? (await usualVerb(input)), words, json };
}

async function usualVerb(input: TypedInput): Promise<VerbName> {
  const found = await locateConfigFile(input);
  const { file } = found ? await inspectConfigFile(found.path, found.name) : {};
  return (input.flags.journal ?? input.environment.options.journal ?? file?.values['journal']) === undefined
    ? 'copy'
    : 'up';
}

function suggestion(typed: string, words: readonly string[]): string {
  const meant = closestWord(typed, words);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

/**
 * Finds all that is wrong with the config file, and whether the verb would refuse it together with flags and
 * environment.
 *
 * @throws {FlantsError} `usage` where there is no config file, or it cannot be read
 */
export async function checkConfig({ verb, words }: ConfigCommand, input: TypedInput): Promise<ConfigCheck> {
  const found = await locateConfigFile(input);
  if (!found)
    throw new FlantsError('usage', 'there is no flants.yaml here: flants init writes one, --config names another');
  const { file, faults: unknown } = await inspectConfigFile(found.path, found.name);
  const named = namesIn(file);
  const wrong = named.flatMap((name) => wrongValue(name, file));
  const faults = [...unknown, ...wrong].toSorted((a, b) => a.line - b.line);
  const contradiction = faults.length > 0 ? [] : await refusalOf(verb, { ...input, words });
  const { mode } = await stat(found.path);
  const isOpen = (mode & 0o077) !== 0;
  return {
    path: found.name,
    verb,
    options: named.length,
    faults: [...faults, ...contradiction],
    warnings: named.flatMap((name) => (isOpen ? openSecret(name, file) : [])),
  };
}

function namesIn(file: ConfigFile): readonly OptionName[] {
  return optionNames.filter((name) => isFileOption(name) && file.values[name] !== undefined);
}

function wrongValue(name: OptionName, file: ConfigFile): readonly ConfigFault[] {
  const given = givenValues(name, { file, environment: nothing, flags: {} }).at(-1);
  if (!given || schemaOfOption(name).safeParse(given.value).success) return [];
  return [{ line: given.line ?? 1, message: `"${name}" ${refusalText(name, given.value)}` }];
}

const nothing = { options: {}, secretFiles: {}, dumbTerminal: false, HOME: undefined, XDG_STATE_HOME: undefined };

/** A secret that other users of the machine can read. */
function openSecret(name: OptionName, { path, lines, values }: ConfigFile): readonly ConfigFault[] {
  const isSecret =
    specOf(name).secret === true && JSON.stringify(values[name]) !== JSON.stringify(shownSecret(values[name]));
  if (!isSecret) return [];
  const message = `"${name}" is a secret, and others may read the file: chmod 600 ${path}, or set it in the environment`;
  return [{ line: lines?.[name] ?? 1, message }];
}

/** Catalogues and URLs are secret for the password that they may hold. */
function shownSecret(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownSecret);
  return typeof value === 'string' && value.includes('://') ? withoutSecrets(value) : mask;
}

async function refusalOf(verb: VerbName, input: TypedInput): Promise<ConfigCheck['faults']> {
  try {
    const complete = await completeInput(verb, input);
    const { wordTexts } = verbs[verb] as VerbSpec;
    const takesSources = wordTexts.some(([word]) => word === 'source');
    const isComplete = takesSources
      ? complete.words.length > 1 || complete.file?.values['catalogue'] !== undefined
      : complete.words.length > 0 || !wordTexts.some(([word]) => word === 'destination');
    if (isComplete) await loadVerbOptions(verb, complete);
    return [];
  } catch (error) {
    const { code, message } = failureOf(error);
    if (code !== 'usage') throw error;
    return [{ message }];
  }
}

/**
 * Lists the options of a verb that have a value, and where each comes from.
 *
 * @param findRegion - finds the region that AWS's own configuration names
 * @throws {FlantsError} `usage` when the config file cannot be read, or names an unknown option
 */
export async function showConfig(
  { verb, words }: ConfigCommand,
  input: TypedInput,
  findRegion: (profile?: string) => Promise<string | undefined>,
): Promise<{ readonly path?: string; readonly values: readonly ShownValue[] }> {
  const found = await locateConfigFile(input);
  const file = found && (await readConfigFile(localPath(found.path, input.cwd), found.name));
  const layers = { environment: input.environment, flags: input.flags, ...(file ? { file } : {}) };
  const names = verbs[verb].options as readonly OptionName[];
  const options = names.flatMap((name) => shownOption(verb, name, layers, input));
  const profile = options.find(({ name }) => name === 'profile')?.value;
  const region =
    names.includes('region') && !options.some(({ name, from }) => name === 'region' && from.kind !== 'default')
      ? await findRegion(profile)
      : undefined;
  const withRegion = options.flatMap((shown): readonly ShownValue[] =>
    shown.name === 'region' && region !== undefined
      ? [{ name: 'region', value: region, from: { kind: 'aws' } }]
      : [shown],
  );
  return { ...(file ? { path: file.path } : {}), values: [...shownPlace(verb, words, layers), ...withRegion] };
}

function shownPlace(verb: VerbName, words: readonly string[], { file }: Layers): readonly ShownValue[] {
  const typed = words.map((value): ShownValue => ({ name: 'argument', value, from: { kind: 'argument' } }));
  if (!file?.place) return typed;
  const completed = completeWords(verbs[verb], words, { place: file.place, hasState: false });
  const isTaken = completed.length > words.length;
  const origin = (name: string): ValueOrigin => {
    const line = file.lines?.[name];
    return { kind: 'file', path: file.path, ...(line === undefined ? {} : { line }) };
  };
  if (!isTaken) return typed;
  const { sources = [], destination } = file.place;
  const takesSources = verbs[verb].wordTexts.some(([word]) => word === 'source');
  return [
    ...(takesSources && sources.length > 0
      ? [{ name: 'sources', value: sources.map(withoutSecrets).join(', '), from: origin('sources') }]
      : []),
    ...(destination === undefined ? [] : [{ name: 'destination', value: destination, from: origin('destination') }]),
    ...typed,
  ];
}

function shownOption(
  verb: VerbName,
  name: OptionName,
  layers: Layers,
  { environment }: TypedInput,
): readonly ShownValue[] {
  const given = givenValues(name, layers).at(-1);
  const secretFile = environment.secretFiles[name];
  if (given?.layer !== 'flag' && secretFile !== undefined)
    return [{ name, value: mask, from: { kind: 'environment', name: secretFile.variable } }];
  if (given) {
    const { layer, origin, line, value } = given;
    const from: ValueOrigin =
      layer === 'file'
        ? { kind: 'file', path: layers.file?.path ?? '', ...(line === undefined ? {} : { line }) }
        : { kind: layer, name: origin };
    return [{ name, value: textOf(name, value), from }];
  }
  const spec = specIn(verbs[verb], name);
  const value = spec.defaultText ?? ('default' in spec ? spec.default : undefined);
  return value === undefined ? [] : [{ name, value: String(value), from: { kind: 'default' } }];
}

function textOf(name: OptionName, value: unknown): string {
  const shown = specOf(name).secret === true ? shownSecret(value) : value;
  const items: readonly unknown[] = Array.isArray(shown) ? shown : [shown];
  return items.map((item) => (typeof item === 'string' ? withoutSecrets(item) : JSON.stringify(item))).join(', ');
}
