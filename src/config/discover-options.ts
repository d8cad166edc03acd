import { stat } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import { usualConcurrency } from './values/concurrency.ts';
import { isJsonCatalogue, localPath, parseDestination, parseSource } from './values/location.ts';
import { assertSourceReadable } from './values/path-checks.ts';
import { assertParent } from './values/paths.ts';
import { publicUrlOf } from './values/public-url.ts';

/** Where videos are looked for. */
export type DiscoverPlace =
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string; readonly name: string }
  /** An access log, perhaps compressed. */
  | { readonly kind: 'log'; readonly path: string };

/** Options of `discover`, checked and frozen. */
export interface DiscoverOptions extends NetworkOptions {
  readonly place: DiscoverPlace;
  /** URL that paths of a log, or keys of a bucket, are relative to; with a final slash. Absent: keys stay in the bucket. */
  readonly baseUrl?: string;
  /** Playlists that are read at a time. */
  readonly concurrency: number;
  /** Absent: standard output. */
  readonly outPath?: string;
}

/**
 * Loads the options of `discover`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadDiscoverOptions(input: CommandInput): Promise<DiscoverOptions> {
  const parsed = await mergeInput('discover', input);
  const [word, ...more] = input.words;
  if (word === undefined)
    throw new FlantsError('usage', 'discover needs a bucket (s3://bucket/prefix) or an access log');
  if (more.length > 0) throw new FlantsError('usage', `discover takes one place; "${more.join(' ')}" is too much`);
  const place = await placeOf(word, input.cwd);
  const outPath = parsed.out === undefined ? undefined : localPath(parsed.out, input.cwd);
  if (outPath !== undefined) await assertOut(outPath);
  return Object.freeze({
    ...(await readNetworkOptions(parsed, input.cwd)),
    place: Object.freeze(place),
    ...(parsed.baseUrl === undefined ? {} : { baseUrl: publicUrlOf(parsed.baseUrl, '--base-url') }),
    concurrency: parsed.concurrency ?? usualConcurrency,
    ...(outPath === undefined ? {} : { outPath }),
  });
}

/** A copy tells by a catalogue's name how to read it. */
async function assertOut(path: string): Promise<void> {
  if (!isJsonCatalogue(path))
    throw new FlantsError(
      'usage',
      `--out is ${path}: discover writes JSON lines, and copy reads them from a name that ends in .ndjson, .jsonl or .json`,
    );
  await assertParent(path, '--out');
}

async function placeOf(word: string, cwd: string): Promise<DiscoverPlace> {
  if (/^s3:/i.test(word)) {
    const destination = parseDestination(word, cwd);
    if (destination.kind === 's3') return destination;
  }
  const source = parseSource(word, cwd);
  const isFile = source.kind === 'playlist' ? source.url.startsWith('file:') : source.kind === 'catalogue';
  if (!isFile)
    throw new FlantsError(
      'usage',
      'discover looks into a bucket (s3://bucket/prefix) or an access log of this machine',
    );
  const path = localPath(word, cwd);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory())
    throw new FlantsError(
      'usage',
      `${word} is a folder: discover looks into a bucket or an access log; list the playlists of a folder in a catalogue`,
    );
  await assertSourceReadable({ kind: 'catalogue', path }, word);
  return { kind: 'log', path };
}
