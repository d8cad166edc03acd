import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { Evidence } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';

/** What the barrier needs. */
export interface ConfirmPorts {
  readonly journal: Journal;
  readonly store: ObjectStore;
}

/** Files read from the journal and confirmed at a time: bounds memory, whatever the video's size. */
const chunkFiles = 5_000;
/** Folders with fewer of our files are asked file by file: a listing could be of anything else. */
const minListed = 8;
const headsAtATime = 16;

/**
 * The barrier before publishing: confirms by listing that every file the ledger holds for done stands at
 * the destination, with the size and the ETag that its evidence tells.
 *
 * @returns indices of done files that are not there, or were replaced, ascending; empty when the video may be published
 * @throws {FlantsError} as `ObjectStore`
 */
export async function findVanished(
  video: VideoId,
  tally: Tally,
  { journal, store }: ConfirmPorts,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const { revision, total } = tally.record;
  const vanished: number[] = [];
  if (revision === undefined) return vanished;
  for (let from = 0; from < total; from += chunkFiles) {
    const files = await journal.files(video, revision, [[from, Math.min(total, from + chunkFiles)]]);
    const keys = new Map(
      files.flatMap(({ index, file: { key } }) => (hasBit(tally.done, index) ? [[key, index]] : [])),
    );
    const standing = await look([...keys.keys()], store, signal);
    // Read last: what waits for a network's answer should be small.
    const evidence = await journal.evidence(video, [...keys.keys()]);
    for (const [key, index] of keys) if (!isStill(standing.get(key), evidence.get(key))) vanished.push(index);
  }
  return vanished.toSorted((a, b) => a - b);
}

/** What is said of an object of ours. */
type Seen = Pick<StoredObject, 'sizeBytes' | 'etag'>;

/** What stands under the keys that were looked for. */
type CurrentDecisions = ReadonlyMap<string, Seen>;

async function look(keys: readonly string[], store: ObjectStore, signal: AbortSignal): Promise<CurrentDecisions> {
  const standing = new Map<string, Seen>();
  for (const [folder, members] of Map.groupBy(keys, folderOf)) {
    const found =
      members.length < minListed
        ? await lookByHead(members, store, signal)
        : await lookByListing(folder, members, store, signal);
    for (const [key, seen] of found) standing.set(key, seen);
  }
  return standing;
}

function isStill(standing: Seen | undefined, known: Evidence | undefined): boolean {
  if (known?.proof === 'absent-optional') return true;
  if (!standing || standing.sizeBytes !== known?.sizeBytes) return false;
  return known.etag === undefined || known.etag === standing.etag;
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

async function lookByHead(keys: readonly string[], store: ObjectStore, signal: AbortSignal): Promise<CurrentDecisions> {
  const found = new Map<string, Seen>();
  for (let at = 0; at < keys.length; at += headsAtATime) {
    await Promise.all(
      keys.slice(at, at + headsAtATime).map(async (key) => {
        const standing = await store.head(key, { signal });
        if (standing) found.set(key, seenOf(standing));
      }),
    );
  }
  return found;
}

/**
 * Lists from our first to our last key in the folder. Where much else stands between
 * them, the rest is asked file by file: a listing must not cost more than what it saves.
 */
async function lookByListing(
  folder: string,
  keys: readonly string[],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<CurrentDecisions> {
  const wanted = new Set(keys);
  const ordered = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const [first = ''] = ordered;
  const last = Buffer.from(ordered.at(-1) ?? '');
  const found = new Map<string, Seen>();
  let foreign = 0;
  const opening = await store.head(first, { signal });
  if (opening) found.set(first, seenOf(opening));
  for await (const standing of store.list(folder, { signal, after: first })) {
    if (Buffer.compare(Buffer.from(standing.key), last) > 0) break;
    if (wanted.has(standing.key)) found.set(standing.key, seenOf(standing));
    else foreign += 1;
    if (foreign > 4 * wanted.size + 1_000) break;
  }
  // Listings may lag behind, or leave out what a request for it finds: nothing is called gone on their word alone.
  const rest = await lookByHead(
    keys.filter((key) => !found.has(key)),
    store,
    signal,
  );
  return new Map([...found, ...rest]);
}

function seenOf({ sizeBytes, etag }: StoredObject): Seen {
  return { sizeBytes, etag };
}
