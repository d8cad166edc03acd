import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { Evidence } from '../domain/outcome.ts';
import type { PlannedFile } from '../domain/revision.ts';
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
    const done = files.filter(({ index }) => hasBit(tally.done, index));
    const evidence = await journal.evidence(done.map(({ file }) => file.key));
    const expected = done.filter(({ file }) => evidence.get(file.key)?.proof !== 'absent-optional');
    vanished.push(...(await confirm(expected, evidence, store, signal)));
  }
  return vanished.toSorted((a, b) => a - b);
}

type Indexed = { readonly index: number; readonly file: PlannedFile };

/** What stands under the keys that were looked for. */
type Standing = Map<string, Pick<StoredObject, 'sizeBytes' | 'etag'>>;

async function confirm(
  files: readonly Indexed[],
  evidence: ReadonlyMap<string, Evidence>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<number[]> {
  const vanished: number[] = [];
  for (const [folder, members] of Map.groupBy(files, ({ file }) => folderOf(file.key))) {
    const standing =
      members.length < minListed
        ? await lookByHead(members, store, signal)
        : await lookByListing(folder, members, store, signal);
    for (const { index, file } of members) {
      if (!isStill(standing.get(file.key), evidence.get(file.key))) vanished.push(index);
    }
  }
  return vanished;
}

function isStill(standing: Pick<StoredObject, 'sizeBytes' | 'etag'> | undefined, known: Evidence | undefined): boolean {
  if (!standing || standing.sizeBytes !== known?.sizeBytes) return false;
  return known.etag === undefined || known.etag === standing.etag;
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

async function lookByHead(members: readonly Indexed[], store: ObjectStore, signal: AbortSignal): Promise<Standing> {
  const found = new Map() as Standing;
  for (let at = 0; at < members.length; at += headsAtATime) {
    await Promise.all(
      members.slice(at, at + headsAtATime).map(async ({ file }) => {
        const standing = await store.head(file.key, { signal });
        if (standing) found.set(file.key, standing);
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
  members: readonly Indexed[],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Standing> {
  const wanted = new Map(members.map((member) => [member.file.key, member]));
  const ordered = [...wanted.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const last = Buffer.from(ordered.at(-1) ?? '');
  const found = new Map() as Standing;
  let foreign = 0;
  const [first = ''] = ordered;
  const opening = await store.head(first, { signal });
  if (opening) found.set(first, opening);
  for await (const standing of store.list(folder, { signal, after: first })) {
    if (Buffer.compare(Buffer.from(standing.key), last) > 0) break;
    if (wanted.has(standing.key)) found.set(standing.key, standing);
    else foreign += 1;
    if (foreign > 4 * wanted.size + 1_000) break;
  }
  // Listings may lag behind, or leave out what a request for it finds: nothing is called gone on their word alone.
  const rest = members.filter(({ file }) => !found.has(file.key));
  return rest.length === 0 ? found : new Map([...found, ...(await lookByHead(rest, store, signal))]);
}
