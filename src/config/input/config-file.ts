import { readFile } from 'node:fs/promises';
import { FlantsError, failureOf } from '../../domain/failure.ts';
import { isFileOption } from '../registry/option-schemas.ts';
import { optionNames } from '../registry/options.ts';
import { closestWord } from './suggest.ts';

/** Options of a config file. Their names are checked, their values are not. */
export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads a config file: one JSON object with options of any verb. A verb ignores those of others.
 *
 * @throws {FlantsError} `usage` when it cannot be read, is not a JSON object, or names an unknown option
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const values = parseObject(path, await readTextFile(path, '--config'));
  const known = optionNames.filter(isFileOption);
  for (const name of Object.keys(values)) {
    if (name === '$schema' || isFileOption(name)) continue;
    const meant = closestWord(name, known);
    throw new FlantsError(
      'usage',
      `${path} names the unknown option "${name}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`,
    );
  }
  return { path, values };
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

function parseObject(path: string, text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FlantsError('usage', `${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FlantsError('usage', `${path} is not a JSON object of options`);
  }
  return parsed as Readonly<Record<string, unknown>>;
}
