import { FlantsError } from '../domain/failure.ts';
import { hasTellingName } from '../domain/object-headers.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import type { AcceptedAbsence, LibraryVerifyReport, VerifyReport, VideoProblems } from '../domain/verify-report.ts';
import type { Destination, ReadDocument, StoreDestination } from './destination.ts';
import { ObjectIndex } from './object-index.ts';
import { verifyPresentation } from './verify.ts';
import type { VerifyRequest } from './verify.ts';

/** An object as a listing has it. */
export interface ListedObject {
  /** Below the prefix. */
  readonly key: string;
  readonly sizeBytes: number;
}

/** A video to verify. */
export interface VideoToVerify {
  /** For the report. */
  readonly video: string;
  /** Key of its first playlist, below the prefix. */
  readonly key: string;
}

/** What to verify, and how thoroughly. */
export interface LibraryVerifyRequest extends Pick<
  VerifyRequest,
  'expected' | 'acceptedBecause' | 'readsBytes' | 'concurrency'
> {
  /** Name of the prefix. */
  readonly name: string;
  readonly destination: StoreDestination;
  /** URL of the prefix, with a trailing slash. */
  readonly prefixUrl: string;
  /** Lists all objects below the prefix: once, and up to twice more where there are some that no playlist names. */
  readonly list: () => AsyncIterable<ListedObject>;
  /** Absent: each playlist that no other one names is a video. */
  readonly videos?: AsyncIterable<VideoToVerify>;
}

/** What a walk over the destination proves; rows of a catalogue are read by the caller. */
export type WalkedLibrary = Omit<LibraryVerifyReport, 'refusedRows'>;

/** Videos under way at a time. Each reads its playlists; files are looked up in the listing. */
const videosAtATime = 4;
const mostProblems = 10_000;
const mostExtra = 1_000;
const mostAccepted = 1_000;

/**
 * Verifies all videos below a prefix: lists it, then reads each playlist, and looks files up in the listing. Memory is
 * bounded by the number of objects, with some bytes for each, and not by their names.
 *
 * @throws {FlantsError} `verify.missing` if there is no playlist at all; as the destination
 */
export async function verifyLibrary(request: LibraryVerifyRequest, signal: AbortSignal): Promise<WalkedLibrary> {
  const index = new ObjectIndex();
  const playlists: string[] = [];
  for await (const { key, sizeBytes } of request.list()) {
    if (isOwn(key)) continue;
    index.add(key, sizeBytes);
    if (!request.videos && /\.m3u8?$/i.test(key)) playlists.push(key);
  }
  const sums = createSums(request.name);
  const destination = listedDestination(request, index);
  const urlOf = (key: string): string => request.prefixUrl + key.split('/').map(encodeURIComponent).join('/');
  const verify = async ({ video, key }: VideoToVerify): Promise<void> => {
    const { expected, acceptedBecause, readsBytes, concurrency } = request;
    const how = { expected, acceptedBecause, readsBytes, concurrency, destination };
    sums.add(video, await verifyPresentation({ ...how, name: key, playlistUrl: urlOf(key) }, signal));
  };
  const atATime = { concurrency: videosAtATime };
  if (request.videos) await forEachConcurrently(request.videos, atATime, verify);
  else {
    const others: string[] = [];
    const read = (url: string): Promise<ReadDocument | undefined> => request.destination.read(url, { signal });
    await forEachConcurrently(multivariantOf(playlists, others, read, urlOf), atATime, verify);
    const further = await playlistsOfOtherNames(request, index, urlOf, signal);
    await forEachConcurrently(multivariantOf(further, others, read, urlOf), atATime, verify);
    // Media playlists that none of those has named.
    await forEachConcurrently(unmarkedOf(others, index), atATime, verify);
  }
  if (sums.videos() === 0) {
    throw new FlantsError('verify.missing', `there is no playlist below ${request.name}: is the prefix right?`);
  }
  return sums.report(await extraObjects(request, index));
}

/**
 * Finds playlists whose name does not say so, such as `manifest(format=m3u8-aapl)` or one from the URL of a script: of what no
 * playlist has named so far, those with names that say nothing are looked into.
 */
async function playlistsOfOtherNames(
  { list, destination, concurrency }: LibraryVerifyRequest,
  index: ObjectIndex,
  urlOf: (key: string) => string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  async function* unknown(): AsyncGenerator<string> {
    for await (const { key } of unnamedObjects(list, index)) if (!hasTellingName(key)) yield key;
  }
  const found: string[] = [];
  await forEachConcurrently(unknown(), { concurrency }, async (key) => {
    const head = await destination.readHead(urlOf(key), { signal });
    if (/^\s*#EXTM3U/.test(Buffer.from(head ?? []).toString('utf8'))) found.push(key);
  });
  return found.toSorted();
}

/** Finds multivariant playlists by their tags, and puts all others aside. */
async function* multivariantOf(
  playlists: readonly string[],
  others: string[],
  read: (url: string) => Promise<ReadDocument | undefined>,
  urlOf: (key: string) => string,
): AsyncGenerator<VideoToVerify> {
  for (const key of playlists) {
    const found = await read(urlOf(key));
    const text = Buffer.from(found?.bytes ?? []).toString('latin1');
    if (/^#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|MEDIA):/m.test(text)) yield { video: key, key };
    else others.push(key);
  }
}

function* unmarkedOf(keys: readonly string[], index: ObjectIndex): Generator<VideoToVerify> {
  for (const key of keys) if (!index.isMarked(key)) yield { video: key, key };
}

/** Answers what the listing knows, and marks what was asked for. Objects outside the prefix are asked for one by one. */
function listedDestination(
  { destination, prefixUrl, readsBytes }: LibraryVerifyRequest,
  index: ObjectIndex,
): Destination {
  const listedSize = (url: string): number | undefined =>
    url.startsWith(prefixUrl) ? index.mark(destination.keyOf(url)) : undefined;
  return {
    keepsChecksums: destination.keepsChecksums,
    contains: (url) => destination.contains(url),
    keyOf: (url) => destination.keyOf(url),
    measure: (url, options) => destination.measure(url, options),
    async read(url, options) {
      // What is not listed is not there, and costs no request.
      if (listedSize(url) === undefined && url.startsWith(prefixUrl)) return undefined;
      return destination.read(url, options);
    },
    async head(url, options) {
      const sizeBytes = listedSize(url);
      if (readsBytes || !url.startsWith(prefixUrl)) return destination.head(url, options);
      return sizeBytes === undefined ? undefined : { sizeBytes };
    },
  };
}

function createSums(name: string): {
  add(video: string, report: VerifyReport): void;
  videos(): number;
  report(extra: WalkedLibrary['extra']): WalkedLibrary;
} {
  const notWhole: VideoProblems[] = [];
  const accepted: AcceptedAbsence[] = [];
  const sums = {
    videos: 0,
    whole: 0,
    playlists: 0,
    objects: 0,
    sizeBytes: 0,
    checkedChecksums: 0,
    problems: 0,
    external: 0,
  };
  return {
    add(video, report) {
      sums.videos += 1;
      sums.whole += report.problems.length === 0 ? 1 : 0;
      for (const field of ['playlists', 'objects', 'sizeBytes', 'checkedChecksums'] as const)
        sums[field] += report[field];
      sums.external += report.external.length;
      accepted.push(...report.accepted.slice(0, mostAccepted - accepted.length));
      const room = Math.max(0, mostProblems - sums.problems);
      sums.problems += report.problems.length;
      if (report.problems.length > 0 && room > 0) notWhole.push({ video, problems: report.problems.slice(0, room) });
    },
    videos: () => sums.videos,
    report: (extra) => ({
      format: 1,
      destination: name,
      ...sums,
      notWhole: notWhole.toSorted((a, b) => (a.video < b.video ? -1 : 1)),
      accepted,
      extra,
    }),
  };
}

/** Whether an object is one of those that probe the store. */
function isOwn(key: string): boolean {
  return key.startsWith('.flants-');
}

/** Objects that no playlist has named so far. Their names are listed again: of a library that is whole there are none. */
async function* unnamedObjects(list: LibraryVerifyRequest['list'], index: ObjectIndex): AsyncGenerator<ListedObject> {
  if (index.unmarked === 0) return;
  for await (const object of list()) if (!isOwn(object.key) && !index.isMarked(object.key)) yield object;
}

/** Objects that no playlist named. */
async function extraObjects({ list }: LibraryVerifyRequest, index: ObjectIndex): Promise<WalkedLibrary['extra']> {
  const keys: string[] = [];
  let [count, sum] = [0, 0];
  for await (const { key, sizeBytes } of unnamedObjects(list, index)) {
    count += 1;
    sum += sizeBytes;
    if (keys.length < mostExtra) keys.push(key);
  }
  return { count, sizeBytes: sum, keys };
}
