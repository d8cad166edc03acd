import { stat } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { parseJournal } from './cluster-place.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { reasonOf } from './input/config-file.ts';
import { localPath, parseDestination, parseSource, parseVerifyTarget } from './values/location.ts';
import type { Destination, SourceArgument, VerifyTarget } from './values/location.ts';
import { apiSourcesOf } from './api-options.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { usualConcurrency } from './values/concurrency.ts';

/** Options of `verify`, checked and frozen. */
export interface VerifyOptions
  extends NetworkOptions, Readonly<Pick<ParsedOptions<'verify'>, 'checksums' | 'peek' | 'json'>> {
  readonly target: VerifyTarget;
  /** Files that are asked for at a time. */
  readonly concurrency: number;
  /** State with known sizes and checksums. Absent: verify from the destination alone. */
  readonly stateDir?: string;
  /** The same of a cluster: its journal, which is reached like the destination. */
  readonly journal?: Destination;
}

/** Options of `verify` of all videos below a prefix, checked and frozen. */
export interface VerifyLibraryOptions extends Omit<VerifyOptions, 'target'> {
  readonly destination: Destination;
  /** The catalogue that names the videos. Absent: what is there is taken for all. */
  readonly catalogue?: CatalogueSource;
}

/** A file or an API that lists videos. */
export type CatalogueSource = Extract<SourceArgument, { readonly kind: 'catalogue' | 'api' }>;

/** What `verify` is to do. */
export type VerifyTask =
  | { readonly kind: 'playlist'; readonly options: VerifyOptions }
  | {
      readonly kind: 'library';
      readonly options: VerifyLibraryOptions;
      /** The same word as a playlist: what is written as a prefix may be the name of one. Absent: it cannot be. */
      readonly asPlaylist?: VerifyOptions;
    };

/**
 * Loads the options of `verify`: of one playlist, of a prefix or folder, or of a catalogue and a prefix or folder.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadVerifyOptions(input: CommandInput): Promise<VerifyTask> {
  const { words, cwd } = input;
  const parsed = await mergeInput('verify', input);
  const [word, second, ...more] = words;
  if (word === undefined) throw new FlantsError('usage', 'verify needs the playlist to begin with');
  if (more.length > 0)
    throw new FlantsError(
      'usage',
      `verify takes a playlist, or a catalogue and a destination; "${more.join(' ')}" is too much`,
    );
  const { checksums, peek, concurrency = usualConcurrency, json } = parsed;
  const network = await readNetworkOptions(parsed, cwd);
  const [api] = await apiSourcesOf(parsed, network, cwd);
  if (api && second !== undefined)
    throw new FlantsError('usage', 'verify takes one catalogue: a word before the destination, or --catalogue-url');
  const record = recordOf(parsed, input);
  const common = { ...network, checksums, peek, concurrency, json };
  if (api || second !== undefined || (await isPrefix(word, cwd))) {
    const destination = parseDestination(second ?? word, cwd);
    if (checksums) assertComparable(destination.kind === 's3' ? 's3' : 'file', record);
    const named = second === undefined ? api : catalogueOf(word, cwd);
    const mayBePlaylist = !named && /^s3:\/\/[^/]+\/.*[^/]$/is.test(word);
    return {
      kind: 'library',
      ...(mayBePlaylist
        ? { asPlaylist: Object.freeze({ ...common, ...record, target: Object.freeze(parseVerifyTarget(word, cwd)) }) }
        : {}),
      options: Object.freeze({
        ...common,
        ...record,
        destination: Object.freeze(destination),
        ...(named ? { catalogue: named } : {}),
      }),
    };
  }
  const target = parseVerifyTarget(word, cwd);
  if (target.kind === 'file') await assertFile(target.path);
  if (checksums) assertComparable(target.kind, record);
  if (target.kind === 'http') assertNoRecord(record, input);
  const compared = target.kind === 'http' ? {} : record;
  return { kind: 'playlist', options: Object.freeze({ ...common, ...compared, target: Object.freeze(target) }) };
}

/** What to compare with: as for other verbs, a journal goes before a state that was not typed. */
function recordOf(
  { state, journal }: Pick<ParsedOptions<'verify'>, 'state' | 'journal'>,
  { flags, cwd }: CommandInput,
): Pick<VerifyOptions, 'stateDir' | 'journal'> {
  if (flags.state !== undefined && flags.journal !== undefined)
    throw new FlantsError(
      'usage',
      '--state is a state of this machine, and --journal is of a cluster: leave out one of them',
    );
  if (journal !== undefined && flags.state === undefined) return { journal: Object.freeze(parseJournal(journal, cwd)) };
  return state === undefined ? {} : { stateDir: localPath(state, cwd) };
}

/** A journal that was not typed is that of the cluster which this process belongs to, and no reason to refuse. */
function assertNoRecord({ stateDir }: Pick<VerifyOptions, 'stateDir'>, { flags }: CommandInput): void {
  if (stateDir === undefined && flags.journal === undefined) return;
  const option = stateDir === undefined ? '--journal' : '--state';
  throw new FlantsError(
    'usage',
    `${option} tells keys, not URLs: verify the s3:// address or the path with it, or leave it out`,
  );
}

/** Whether a word is written as a prefix: a bucket, a key without an extension or with a slash at its end, or a folder. */
async function isPrefix(word: string, cwd: string): Promise<boolean> {
  if (/^s3:/i.test(word)) return /^s3:\/\/[^/]+(?:\/(?:.*\/)?[^/.]*)?$/i.test(word);
  if (/^[a-z][a-z0-9+.-]+:/i.test(word)) return false;
  const found = await stat(localPath(word, cwd)).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

function catalogueOf(word: string, cwd: string): CatalogueSource {
  const source = parseSource(word, cwd);
  if (source.kind === 'catalogue') return source;
  throw new FlantsError(
    'usage',
    `verify takes one playlist, or a catalogue before the destination: ${word} is no catalogue`,
  );
}

/**
 * Refuses checksums that cannot be compared. Neither a folder nor a web server stores checksums, so a folder needs a
 * state or journal to compare with, and a web address is refused.
 */
function assertComparable(
  kind: VerifyTarget['kind'],
  { stateDir, journal }: Pick<VerifyOptions, 'stateDir' | 'journal'>,
): void {
  if (kind === 'http') {
    throw new FlantsError(
      'usage',
      '--checksums cannot be used with a web address: verify the s3:// address or the path, with --state or --journal',
    );
  }
  if (kind === 'file' && stateDir === undefined && journal === undefined) {
    throw new FlantsError(
      'usage',
      '--checksums compares with what was copied: name the state with --state, or the journal with --journal',
    );
  }
}

async function assertFile(path: string): Promise<void> {
  await stat(path).catch((cause: unknown) => {
    throw new FlantsError('usage', `the playlist is ${path}, ${reasonOf(cause)}`, { cause });
  });
}
