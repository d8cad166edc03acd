import { FlantsError } from '../domain/failure.ts';
import { isArchive } from '../domain/object-headers.ts';
import type { ExternalReference } from '../domain/revision.ts';
import { forEachConcurrently } from '../domain/waiting/for-each-concurrently.ts';
import type {
  AcceptedAbsence,
  DeliveryFinding,
  LibraryVerifyReport,
  VerifyProblem,
  VerifyReport,
} from '../domain/report/verification.ts';
import type { Destination, StoreDestination } from './destination.ts';
import { findPlaylistsOfOtherNames, firstAbove, sortPlaylists } from './find-playlists.ts';
import type { FoundPlaylists } from './find-playlists.ts';
import { ObjectIndex } from './object-index.ts';
import { verifyPresentation } from './verify.ts';
import type { VerifyRequest } from './verify.ts';

/** An object as a listing has it. */
export interface ListedObject {
  /** Below the prefix. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass?: string;
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
  'expected' | 'acceptedBecause' | 'readsBytes' | 'peeks' | 'concurrency'
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
const mostOutside = 1_000;
const mostFindings = 100;

/**
 * Verifies all videos below a prefix: lists it, then reads each playlist, and looks files up in the listing. Memory is
 * bounded by the number of objects, with some bytes for each, and not by their names.
 *
 * @throws {FlantsError} `verify.missing` if there is no playlist at all; as the destination
 */
export async function verifyLibrary(request: LibraryVerifyRequest, signal: AbortSignal): Promise<WalkedLibrary> {
  const index = new ObjectIndex();
  const playlists: string[] = [];
  for await (const { key, sizeBytes, storageClass } of request.list()) {
    if (isOwn(key)) continue;
    index.add(key, sizeBytes, { isArchived: isArchive(storageClass) });
    if (!request.videos && /\.m3u8?$/i.test(key)) playlists.push(key);
  }
  const sums = createSums(request.name);
  const urlOf: UrlOf = (key) => request.prefixUrl + key.split('/').map(encodeURIComponent).join('/');
  const { expected, acceptedBecause, readsBytes, peeks, concurrency } = request;
  const counts = (url: string): boolean =>
    index.count(url.startsWith(request.prefixUrl) ? request.destination.keyOf(url) : url);
  const how = { expected, acceptedBecause, readsBytes, peeks, concurrency, counts };
  const report = (key: string): Promise<VerifyReport> =>
    verifyPresentation(
      { ...how, destination: listedDestination(request, index), name: key, playlistUrl: urlOf(key) },
      signal,
    );
  if (request.videos) {
    const verify = async ({ video, key }: VideoToVerify): Promise<void> => sums.add(video, await report(key));
    await forEachConcurrently(request.videos, { concurrency: videosAtATime }, verify);
  } else {
    const verify: VerifyPart = async (key, first) => {
      const found = await report(key);
      sums.add(first, found, { isPart: key !== first });
      return found.problems.length === 0;
    };
    const { join, doubt } = sums;
    await verifyAll(playlists, request, index, { verify, join, doubt, urlOf, signal });
  }
  if (sums.videos() === 0) {
    throw new FlantsError('verify.missing', `there is no playlist below ${request.name}: is the prefix right?`);
  }
  return sums.report(await extraObjects(request, index));
}

/**
 * Where no catalogue names the videos: a playlist that no multivariant one names is a video. Media playlists that one names,
 * and could not be walked from there, belong to its video all the same.
 */
async function verifyAll(
  playlists: readonly string[],
  request: LibraryVerifyRequest,
  index: ObjectIndex,
  { verify, join, doubt, urlOf, signal }: VerifyAllOptions,
): Promise<void> {
  const { destination, concurrency, list } = request;
  const reading = { destination, urlOf, concurrency, signal };
  const found: FoundPlaylists[] = [];
  const parentOf = (key: string): string | undefined =>
    found.map((each) => each.namedBy.get(key)).find((parent) => parent !== undefined);
  const videos = new Map<string, { readonly isWhole: boolean }>();
  const verifyMultivariant = async (keys: readonly string[]): Promise<void> => {
    const sorted = await sortPlaylists(keys, reading);
    found.push(sorted);
    const first = sorted.multivariant.filter((key) => parentOf(key) === undefined);
    await forEachConcurrently(first, { concurrency: videosAtATime }, async (key) => {
      videos.set(key, { isWhole: await verify(key, key) });
    });
    // Those that name each other in a circle, and those below one that cannot be walked: each marks what it names.
    for (const key of sorted.multivariant) if (!index.isMarked(key)) await verify(key, firstAbove(key, parentOf));
  };
  await verifyMultivariant(playlists);
  await verifyMultivariant(await findPlaylistsOfOtherNames(unnamedObjects(list, index), reading));
  // What names them was found only among the objects that they do not name.
  for (const [key, video] of videos) {
    const first = firstAbove(key, parentOf);
    if (first !== key) join(key, first, video);
  }
  const folders = new Set([...videos.keys()].map(folderOf));
  const isBesideOthers = (key: string): boolean =>
    folders.has(folderOf(key)) || (key.includes('/') && folders.has(folderOf(folderOf(key))));
  function* alone(): Generator<string> {
    for (const key of found.flatMap(({ media }) => media)) if (!index.isMarked(key)) yield key;
  }
  await forEachConcurrently(alone(), { concurrency: videosAtATime }, async (key) => {
    const first = firstAbove(key, parentOf);
    if (first === key && isBesideOthers(key)) doubt(key);
    await verify(key, first);
  });
}

/** Without a slash at its end. */
function folderOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

type UrlOf = (key: string) => string;

interface VerifyAllOptions {
  readonly verify: VerifyPart;
  readonly join: JoinVideos;
  /** Notes a video that may be none. */
  readonly doubt: (key: string) => void;
  readonly urlOf: UrlOf;
  readonly signal: AbortSignal;
}

/** Verifies what a playlist has of a video, which begins with itself or another one. Returns whether that is whole. */
type VerifyPart = (key: string, first: string) => Promise<boolean>;

/** Makes what was verified as a video a part of another one, which has been verified too. */
type JoinVideos = (video: string, other: string, found: { readonly isWhole: boolean }) => void;

/**
 * Answers of one video what the listing knows, and marks what was asked for. The first object with each extension is asked
 * for its headers too, which no listing has, and objects outside the prefix one by one.
 */
function listedDestination(
  { destination, prefixUrl, readsBytes }: LibraryVerifyRequest,
  index: ObjectIndex,
): Destination {
  // A file system keeps no headers.
  const looks = new Set<string>();
  const isSample = (url: string): boolean => {
    const kind = /\.\w+$/.exec(new URL(url).pathname)?.[0] ?? '';
    if (!destination.keepsChecksums || looks.has(kind)) return false;
    looks.add(kind);
    return true;
  };
  const listedSize = (url: string): number | undefined =>
    url.startsWith(prefixUrl) ? index.mark(destination.keyOf(url)) : undefined;
  return {
    keepsChecksums: destination.keepsChecksums,
    contains: (url) => destination.contains(url),
    keyOf: (url) => destination.keyOf(url),
    measure: (url, options) => destination.measure(url, options),
    readPart: (url, part, options) => destination.readPart(url, part, options),
    seeks: destination.seeks,
    async read(url, options) {
      // What is not listed is not there, and costs no request.
      if (listedSize(url) === undefined && url.startsWith(prefixUrl)) return undefined;
      return destination.read(url, options);
    },
    async head(url, options) {
      const sizeBytes = listedSize(url);
      if (readsBytes || !url.startsWith(prefixUrl)) return destination.head(url, options);
      if (sizeBytes === undefined) return undefined;
      if (index.isArchived(destination.keyOf(url))) return { sizeBytes, isArchived: true };
      return isSample(url) ? destination.head(url, options) : { sizeBytes };
    },
  };
}

function createSums(name: string): {
  /** @param options.isPart - of a video that counts with another playlist */
  add(video: string, report: VerifyReport, options?: { readonly isPart: boolean }): void;
  readonly join: JoinVideos;
  readonly doubt: (key: string) => void;
  videos(): number;
  report(extra: WalkedLibrary['extra']): WalkedLibrary;
} {
  const notWhole = new Map<string, VerifyProblem[]>();
  const accepted = new Map<string, AcceptedAbsence>();
  const outside = new Map<string, ExternalReference>();
  const delivery = new Map<string, DeliveryFinding>();
  const doubtful = { count: 0, keys: [] as string[] };
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
    add(video, report, { isPart } = { isPart: false }) {
      sums.videos += isPart ? 0 : 1;
      sums.whole += isPart || report.problems.length > 0 ? 0 : 1;
      for (const field of ['playlists', 'objects', 'sizeBytes', 'checkedChecksums'] as const)
        sums[field] += report[field];
      sums.external += report.external.length;
      for (const reference of report.external)
        if (outside.size < mostOutside) outside.set(JSON.stringify(reference), reference);
      for (const finding of report.delivery ?? []) {
        const kind = `${finding.role} ${finding.message}`;
        if (delivery.size < mostFindings && !delivery.has(kind)) delivery.set(kind, finding);
      }
      for (const absence of report.accepted) if (accepted.size < mostAccepted) accepted.set(absence.key, absence);
      const room = Math.max(0, mostProblems - sums.problems);
      sums.problems += report.problems.length;
      if (report.problems.length === 0 || room === 0) return;
      const known = notWhole.get(video) ?? [];
      notWhole.set(video, [...known, ...report.problems.slice(0, room)]);
    },
    join(video, other, { isWhole }) {
      sums.videos -= 1;
      sums.whole -= isWhole ? 1 : 0;
      const [own = [], others = []] = [notWhole.get(video), notWhole.get(other)];
      notWhole.delete(video);
      // Whoever could be walked from there has been looked at twice.
      const both = new Map([...others, ...own].map((problem) => [JSON.stringify(problem), problem]));
      sums.problems -= own.length + others.length - both.size;
      if (both.size > 0) notWhole.set(other, [...both.values()]);
    },
    doubt(key) {
      doubtful.count += 1;
      if (doubtful.keys.length < mostExtra) doubtful.keys.push(key);
    },
    videos: () => sums.videos,
    report: (extra) => ({
      format: 1,
      destination: name,
      ...sums,
      notWhole: [...notWhole]
        .map(([video, problems]) => ({ video, problems }))
        .toSorted((a, b) => (a.video < b.video ? -1 : 1)),
      accepted: [...accepted.values()],
      outside: [...outside.values()],
      delivery: [...delivery.values()],
      doubtful: { count: doubtful.count, keys: doubtful.keys.toSorted() },
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
