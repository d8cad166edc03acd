import type { z } from 'zod';
import { FlantsError } from '../../domain/failure.ts';
import type { ConfigFile } from './config-file.ts';
import type { Environment } from './environment.ts';
import { withoutSecrets } from '../values/location.ts';
import { expectationOf, flagOf } from '../registry/option-spec.ts';
import { schemaOf } from '../registry/option-schemas.ts';
import type { ParsedOptions } from '../registry/option-schemas.ts';
import { specOf } from '../registry/options.ts';
import type { OptionName } from '../registry/options.ts';
import { closestWord } from './suggest.ts';
import { verbs } from '../registry/verbs.ts';
import type { VerbName } from '../registry/verbs.ts';
import { splitList } from '../values/list.ts';

/** Values of flags by option: texts, lists of texts, and switches. */
export type Flags = Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>;

/** The layers that options come from, weakest first. */
export interface Layers {
  readonly file?: ConfigFile;
  readonly environment: Environment;
  readonly flags: Flags;
}

/**
 * Merges config file, environment and flags, and checks the result. A later layer replaces a value as a whole, also
 * lists.
 *
 * @throws {FlantsError} `usage`, naming the option where it was given, its value, and what is expected
 */
export function mergeOptions<V extends VerbName>(verb: V, layers: Layers): ParsedOptions<V> {
  const names: readonly OptionName[] = verbs[verb].options;
  const merged: Record<string, unknown> = {};
  const origins: Partial<Record<OptionName, string>> = {};
  for (const name of names) {
    const given = givenValues(name, layers).at(-1);
    if (!given) continue;
    merged[name] = given.value;
    origins[name] = given.origin;
  }
  const result = schemaOf(verb).safeParse(merged);
  if (!result.success) throw refusal(result.error, merged, origins);
  return result.data;
}

/** A value of an option, and where it was given. */
export interface GivenValue {
  readonly layer: 'file' | 'environment' | 'flag';
  /** The flag, the variable, or the name in the file, for messages. */
  readonly origin: string;
  /** Line of the config file. */
  readonly line?: number;
  readonly value: unknown;
}

/** The values of an option in the layers that set it, weakest first. */
export function givenValues(name: OptionName, { file, environment, flags }: Layers): readonly GivenValue[] {
  const inFile = file?.values[name];
  const inEnvironment = environment.options[name];
  const inFlags = flags[name];
  return [
    ...(file === undefined || inFile === undefined ? [] : [givenInFile(name, inFile, file)]),
    ...(inEnvironment === undefined
      ? []
      : [
          {
            layer: 'environment' as const,
            origin: inEnvironment.variable,
            value: decodeText(name, inEnvironment.text),
          },
        ]),
    ...(inFlags === undefined
      ? []
      : [{ layer: 'flag' as const, origin: flagOf(name), value: decodeFlag(name, inFlags) }]),
  ];
}

function givenInFile(name: OptionName, value: unknown, { path, lines = {} }: ConfigFile): GivenValue {
  const line = lines[name];
  return {
    layer: 'file',
    origin: `"${name}" in ${path}${line === undefined ? '' : `:${line}`}`,
    ...(line === undefined ? {} : { line }),
    value: decodeFileValue(name, value),
  };
}

/** A number where text is expected, and one item where a list is, are what they seem to be. */
function decodeFileValue(name: OptionName, value: unknown): unknown {
  const { kind } = specOf(name);
  if (kind === 'list' && typeof value === 'string') return [value];
  return typeof value === 'number' && kind !== 'integer' && kind !== 'list' && kind !== 'switch'
    ? String(value)
    : value;
}

function decodeFlag(name: OptionName, given: string | boolean | readonly string[]): unknown {
  if (typeof given === 'boolean') return given;
  if (typeof given === 'string') return decodeText(name, given);
  return given.flatMap((text) => decodeText(name, text));
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/**
 * Converts the text of a flag or variable to its JSON type. Text that does not fit stays text, and the schema refuses
 * it.
 */
function decodeText(name: OptionName, text: string): unknown {
  const spec = specOf(name);
  switch (spec.kind) {
    case 'integer':
      return /^\s*-?\d+\s*$/.test(text) ? Number(text) : text;
    case 'switch':
      return words[text.trim().toLowerCase()] ?? text;
    case 'list':
      return splitList(text, spec.separator);
    default:
      return text;
  }
}

function refusal(
  error: z.ZodError,
  merged: Readonly<Record<string, unknown>>,
  origins: Readonly<Partial<Record<OptionName, string>>>,
): FlantsError {
  const name = error.issues[0]?.path[0] as OptionName;
  return new FlantsError('usage', `${origins[name] ?? flagOf(name)} ${refusalText(name, merged[name])}`);
}

/** Says what is wrong with a value, to be appended to where it was given. */
export function refusalText(name: OptionName, value: unknown): string {
  const spec = specOf(name);
  const meant = spec.kind === 'choice' && typeof value === 'string' ? closestWord(value, spec.choices) : undefined;
  return `is ${shown(name, value)}: expected ${expectationOf(spec)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}

/** Hides user information and queries of URLs, which count as secrets everywhere. */
function shown(name: OptionName, value: unknown): string {
  if (specOf(name).secret) return 'not usable';
  if (typeof value === 'string') return `"${withoutSecrets(value)}"`;
  // A list as it is typed: in a flag for each value.
  if (Array.isArray(value) && value.length > 0) return value.map((each) => shown(name, each)).join(', ');
  return JSON.stringify(value) ?? 'missing';
}
