import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { Evidence } from '../domain/outcome.ts';
import type { PlannedFile } from '../domain/revision.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { ObjectStore } from '../storage/object-store.ts';

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
 * the destination with the size that its evidence tells.
 *
 * @returns indices of done files that are not there, ascending; empty when the video may be published
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

async function confirm(
  files: readonly Indexed[],
  evidence: ReadonlyMap<string, Evidence>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<number[]> {
  const vanished: number[] = [];
  for (const [folder, members] of Map.groupBy(files, ({ file }) => folderOf(file.key))) {
    const sizes =
      members.length < minListed
        ? await sizesByHead(members, store, signal)
        : await sizesByListing(folder, members, store, signal);
    for (const { index, file } of members) {
      const known = evidence.get(file.key);
      const standing = sizes.get(file.key);
      if (!known || standing === undefined || standing !== known.sizeBytes) vanished.push(index);
    }
  }
  return vanished;
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

async function sizesByHead(
  members: readonly Indexed[],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (let at = 0; at < members.length; at += headsAtATime) {
    await Promise.all(
      members.slice(at, at + headsAtATime).map(async ({ file }) => {
        const standing = await store.head(file.key, { signal });
        if (standing) sizes.set(file.key, standing.sizeBytes);
      }),
    );
  }
  return sizes;
}

/**
 * Lists from our first to our last key in the folder. Where much else stands between
 * them, the rest is asked file by file: a listing must not cost more than what it saves.
 */
async function sizesByListing(
  folder: string,
  members: readonly Indexed[],
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const wanted = new Map(members.map((member) => [member.file.key, member]));
  const ordered = [...wanted.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const last = Buffer.from(ordered.at(-1) ?? '');
  const sizes = new Map<string, number>();
  let foreign = 0;
  const [first = ''] = ordered;
  const opening = await store.head(first, { signal });
  if (opening) sizes.set(first, opening.sizeBytes);
  for await (const standing of store.list(folder, { signal, after: first })) {
    if (Buffer.compare(Buffer.from(standing.key), last) > 0) break;
    if (wanted.has(standing.key)) sizes.set(standing.key, standing.sizeBytes);
    else foreign += 1;
    if (foreign > 4 * wanted.size + 1_000) {
      const rest = members.filter(({ file }) => !sizes.has(file.key));
      return new Map([...sizes, ...(await sizesByHead(rest, store, signal))]);
    }
  }
  return sizes;
}
