import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FlantsError, failureOf } from '../../domain/failure.ts';
import { isFileOption } from '../registry/option-schemas.ts';
import { optionNames } from '../registry/options.ts';
import { closestWord } from './suggest.ts';

/** Names of the config file that is read where none is named, if the current folder has one. */
export const configFileNames = ['flants.yaml', 'flants.yml', 'flants.json'] as const;

/** What a config file says beside options: the words of the command line that it stands in for. */
export interface ConfigPlace {
  readonly sources?: readonly string[];
  readonly destination?: string;
}

/** Options of a config file. Their names are checked, their values are not. */
export interface ConfigFile {
  /** As messages name it. */
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Line of each name, from 1. */
  readonly lines?: Readonly<Record<string, number>>;
  readonly place?: ConfigPlace;
}

/** A name in a config file that means nothing, or a word that is no text. */
export interface ConfigFault {
  readonly line: number;
  readonly message: string;
}

/** Names of `ConfigPlace`. */
export const placeNames = ['sources', 'destination'] as const;

/**
 * Reads a config file: YAML 1.2, of which JSON is a part, that maps names of options of any verb to values. A verb
 * ignores those of others.
 *
 * @param name - for messages, as it was given
 * @throws {FlantsError} `usage` when it cannot be read, is no such map, or names an unknown option
 */
export async function readConfigFile(path: string, name: string): Promise<ConfigFile> {
  const { file, faults } = await inspectConfigFile(path, name);
  const [fault] = faults;
  if (fault) throw new FlantsError('usage', `${name}:${fault.line} ${fault.message}`);
  return file;
}

/**
 * Like `readConfigFile`, but finds all faults in the names.
 *
 * @throws {FlantsError} `usage` when it cannot be read, or is no map
 */
export async function inspectConfigFile(
  path: string,
  name: string,
): Promise<{ readonly file: ConfigFile; readonly faults: readonly ConfigFault[] }> {
  const { values, lines } = await parseMap(name, await readTextFile(path, '--config'));
  const known = [...optionNames.filter(isFileOption), ...placeNames];
  const faults: ConfigFault[] = [];
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    if (isFileOption(key)) options[key] = value;
    else if (key !== '$schema' && !isPlaceName(key)) {
      const meant = closestWord(key.replaceAll(/[-_]/g, ''), known) ?? closestWord(key, known);
      faults.push({
        line: lines[key] ?? 1,
        message: `names the unknown option "${key}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`,
      });
    }
  }
  const place = { sources: textsOf(values['sources']), destination: values['destination'] };
  if (place.sources === undefined && values['sources'] !== undefined)
    faults.push({ line: lines['sources'] ?? 1, message: 'has "sources" that are no list of paths and URLs' });
  if (place.destination !== undefined && typeof place.destination !== 'string')
    faults.push({
      line: lines['destination'] ?? 1,
      message: 'has a "destination" that is neither s3://… nor a folder',
    });
  return {
    file: {
      path: name,
      values: options,
      lines,
      place: {
        ...(place.sources === undefined ? {} : { sources: place.sources }),
        ...(typeof place.destination === 'string' ? { destination: place.destination } : {}),
      },
    },
    faults: faults.toSorted((a, b) => a.line - b.line),
  };
}

/** Finds the config file of a folder, which is read where none is named. */
export async function findConfigFile(folder: string): Promise<string | undefined> {
  for (const name of configFileNames) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) return name;
  }
  return undefined;
}

/**
 * Reads a small text file that an option names.
 *
 * @throws {FlantsError} `usage` that names the option and the path
 */
export async function readTextFile(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FlantsError('usage', `${option} names ${path}, ${reasonOf(cause)}`, { cause });
  }
}

/** The reason why a file cannot be read, to be appended to its path. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'which does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'which may not be read';
  if (code === 'EISDIR') return 'which is a folder';
  return `which cannot be read: ${failureOf(error).message}`;
}

function isPlaceName(key: string): boolean {
  return (placeNames as readonly string[]).includes(key);
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((each) => typeof each === 'string') ? list : undefined;
}

/** The parser is loaded only where there is a file. */
async function parseMap(
  name: string,
  text: string,
): Promise<{ readonly values: Readonly<Record<string, unknown>>; readonly lines: Readonly<Record<string, number>> }> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line } = lineCounter.linePos(error.pos[0]);
    throw new FlantsError('usage', `${name}:${line} is neither YAML nor JSON: ${error.message}`, { cause: error });
  }
  if (document.contents === null) return { values: {}, lines: {} };
  if (!isMap(document.contents)) throw new FlantsError('usage', `${name} is no map of options to values`);
  const lines = document.contents.items.flatMap(({ key }) =>
    isScalar(key) && key.range ? [[String(key.value), lineCounter.linePos(key.range[0]).line] as const] : [],
  );
  return { values: document.toJS() as Readonly<Record<string, unknown>>, lines: Object.fromEntries(lines) };
}
