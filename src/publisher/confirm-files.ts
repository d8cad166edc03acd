import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import { compareUtf8 } from '../domain/compare-utf8.ts';
import { folderOf } from '../domain/names/destination-key.ts';
import type { Evidence } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';

/** Ports of the barrier. */
export interface ConfirmPorts {
  readonly journal: Journal;
  readonly store: ObjectStore;
}

/** Files read from the journal and confirmed at a time. Bounds memory for videos of any size. */
const chunkFiles = 5_000;
/** Folders with fewer of our files are checked file by file, since a listing might consist mostly of other objects. */
const minListedFiles = 8;
const maxConcurrentHeads = 16;
/** Of S3. */
const listedAtATime = 1_000;

/** What the barrier has found. */
export interface Confirmed {
  /** Ascending indices of done files that are missing or were replaced; empty when the video may be published. */
  readonly vanished: readonly number[];
  /** By key, when each of the others last got other bytes under its name, of those that did. */
  readonly replaced: Readonly<Record<string, string>>;
  /** Of the done files, as of `Journal.sizeOf`. */
  readonly sizeBytes: number;
}

/**
 * The barrier before publication: confirms that every file that the ledger counts as done is at the destination, with
 * the size and ETag in its evidence. Lists folders rather than ask for each file.
 *
 * @throws {FlantsError} as `ObjectStore`
 */
export async function confirmFiles(
  video: VideoId,
  tally: Tally,
  { journal, store }: ConfirmPorts,
  signal: AbortSignal,
): Promise<Confirmed> {
  const { revision, total } = tally.record;
  const vanished: number[] = [];
  const replaced: Record<string, string> = {};
  let sizeBytes = 0;
  if (revision === undefined) return { vanished, replaced, sizeBytes };
  for (let from = 0; from < total; from += chunkFiles) {
    const files = await journal.files(video, revision, [[from, Math.min(total, from + chunkFiles)]]);
    const keys = new Map(
      files.flatMap(({ index, file: { key } }) => (hasBit(tally.done, index) ? [[key, index]] : [])),
    );
    const current = await findObjects([...keys.keys()], store, signal);
    // Read last, so that little is held in memory while the network is awaited.
    const evidence = await journal.evidence(video, [...keys.keys()], { mayLag: from > 0 });
    for (const [key, index] of keys) {
      const known = evidence.get(key);
      sizeBytes += known?.sizeBytes ?? 0;
      if (!isUnchanged(current.get(key), known)) vanished.push(index);
      else if (known?.replacedAt !== undefined) replaced[key] = known.replacedAt;
    }
  }
  return { vanished: vanished.toSorted((a, b) => a - b), replaced, sizeBytes };
}

/** Requests that the barrier sends at the least for a video with these files, where nothing foreign stands among them. */
export function requestsOfBarrier(keys: readonly string[]): { readonly heads: number; readonly lists: number } {
  let heads = 0;
  let lists = 0;
  for (let from = 0; from < keys.length; from += chunkFiles) {
    for (const members of Map.groupBy(keys.slice(from, from + chunkFiles), folderOf).values()) {
      const isListed = members.length >= minListedFiles;
      heads += isListed ? 1 : members.length;
      if (isListed) lists += Math.ceil((members.length - 1) / listedAtATime);
    }
  }
  return { heads, lists };
}

/** The part of an object's metadata that identifies its bytes. */
type ObjectVersion = Pick<StoredObject, 'sizeBytes' | 'etag'>;

/** Objects that were found, by key. */
type FoundObjects = ReadonlyMap<string, ObjectVersion>;

async function findObjects(keys: readonly string[], store: ObjectStore, signal: AbortSignal): Promise<FoundObjects> {
  const current = new Map<string, ObjectVersion>();
  for (const [folder, members] of Map.groupBy(keys, folderOf)) {
    const found =
      members.length < minListedFiles
        ? await findByHead(members, store, signal)
        : await findByListing(folder, members, store, signal);
    for (const [key, version] of found) current.set(key, version);
  }
  return current;
}

function isUnchanged(current: ObjectVersion | undefined, known: Evidence | undefined): boolean {
  if (known?.proof === 'absent-optional') return true;
  if (!current || current.sizeBytes !== known?.sizeBytes) return false;
  // Some stores do not say the ETag in every answer.
  const areKnown = known.etag !== undefined && known.etag !== '' && current.etag !== '';
  return !areKnown || known.etag === current.etag;
}

async function findByHead(keys: readonly string[], store: ObjectStore, signal: AbortSignal): Promise<FoundObjects> {
  const found = new Map<string, ObjectVersion>();
  for (let at = 0; at < keys.length; at += maxConcurrentHeads) {
    await Promise.all(
      keys.slice(at, at + maxConcurrentHeads).map(async (key) => {
        const current = await store.head(key, { signal });
        if (current) found.set(key, versionOf(current));
      }),
    );
  }
  return found;
}

/**
 * Lists a folder from our first to our last key. Stops where too many other objects lie between them, since a listing
 * must not cost more than it saves. Files that were not listed are checked one by one.
 */
async function findByListing(
  folder: string,
  keys: readonly string[],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<FoundObjects> {
  const wanted = new Set(keys);
  const ordered = keys.toSorted(compareUtf8);
  const [first = '', last = first] = [ordered[0], ordered.at(-1)];
  const found = new Map<string, ObjectVersion>();
  let foreign = 0;
  const firstObject = await store.head(first, { signal });
  if (firstObject) found.set(first, versionOf(firstObject));
  for await (const current of store.list(folder, { signal, after: first })) {
    if (compareUtf8(current.key, last) > 0) break;
    if (!wanted.has(current.key)) foreign += 1;
    // A listing without ETags proves nothing about them: then each file is asked for by name.
    else if (current.etag !== '') found.set(current.key, versionOf(current));
    if (foreign > 4 * wanted.size + 1_000) break;
  }
  // A listing may lag behind, or omit what a HEAD finds. No file counts as missing because of a listing alone.
  const rest = await findByHead(
    keys.filter((key) => !found.has(key)),
    store,
    signal,
  );
  return new Map([...found, ...rest]);
}

function versionOf({ sizeBytes, etag }: StoredObject): ObjectVersion {
  return { sizeBytes, etag };
}
