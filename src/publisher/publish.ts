import { hasBit, rangesWhere } from '../domain/bits.ts';
import { FlantsError } from '../domain/failure.ts';
import { toRanges } from '../domain/index-ranges.ts';
import type { RevisionHeader } from '../domain/revision.ts';
import type { ExistingPolicy } from '../domain/batch.ts';
import { isWhole } from '../domain/video.ts';
import type { RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions } from '../journal/align.ts';
import type { Journal, Publication } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Source } from '../storage/source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { areUnchanged } from '../storage/unchanged.ts';
import { findVanished } from './confirm-files.ts';
import { placeDocument } from './place-document.ts';

/** What the publisher needs. */
export interface PublisherPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly store: ObjectStore;
  readonly existing: ExistingPolicy;
  readonly now: () => number;
  /** Digest of the plan that the source would give now, for playlists that need a token; absent where no source is at hand. */
  readonly replan?: () => Promise<RevisionDigest>;
}

/** What an attempt to publish came to. */
export type PublishResult =
  /** The documents stand at the destination. */
  | { readonly result: 'published' }
  /** Some files were not there after all: they are open again. */
  | { readonly result: 'reopened'; readonly files: number }
  /** The source's playlists are no longer those of the plan: crawl again. */
  | { readonly result: 'source-changed' }
  /** The video has a newer generation, or is not whole any more. */
  | { readonly result: 'stale' };

/**
 * Publishes a whole video: barrier, then media playlists, then the multivariant playlist.
 *
 * @throws {FlantsError} `store.conflict` when something foreign stands where a document belongs; else as
 *   `ObjectStore` and `Source`
 */
export async function publishVideo(video: VideoId, ports: PublisherPorts, signal: AbortSignal): Promise<PublishResult> {
  const { journal, ledger } = ports;
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined || !isPublishable(tally.record)) return { result: 'stale' };
  const { generation } = tally.record;

  const vanished = await findVanished(video, tally, ports, signal);
  if (vanished.length > 0) {
    const files = await journal.files(video, revision, toRanges(vanished));
    await journal.forget(
      video,
      files.map(({ file }) => file.key),
    );
    await ledger.apply(video, { type: 'reopen', generation, revision, files: vanished });
    return { result: 'reopened', files: vanished.length };
  }
  const header = await journal.revision(video, revision);
  if (!header) throw new FlantsError('state.unusable', `the journal has lost revision ${revision} of ${video}`);
  if (await hasSourceChanged(header, ports, signal)) return { result: 'source-changed' };
  // A hold that was decided and never reached the ledger holds all the same.
  const decided = await alignWithDecisions(video, ports);
  if (!decided || !isPublishable(decided)) return { result: 'stale' };

  const isCurrent = async (): Promise<boolean> => {
    const present = await ledger.read(video);
    return present?.generation === generation && present.revision === revision && isPublishable(present);
  };
  const before = await journal.publication(video);
  const placed: Publication['documents'][number][] = [];
  for (const document of header.documents) {
    const known = before?.documents.find(({ key }) => key === document.key);
    const place = { revision, isCurrent, ...(known ? { known } : {}) };
    const standing = await placeDocument(document, place, ports, signal);
    if (!standing) return { result: 'stale' };
    placed.push(standing);
  }
  const sizeBytes = await journal.sizeOf(video, revision);
  if (!(await isCurrent())) return { result: 'stale' };
  await journal.recordPublication({
    video,
    revision,
    at: new Date(ports.now()).toISOString(),
    total: tally.record.total,
    accepted: rangesWhere(tally.record.total, (index) => hasBit(tally.accepted, index)),
    sizeBytes,
    documents: placed,
  });
  const published = await ledger.apply(video, { type: 'publish', generation, revision });
  if (published.result === 'applied') return { result: 'published' };
  // Whoever overtook us just now may have published before we told the journal: it is to end with what stands.
  const newer = published.record;
  return newer && isPublishable(newer) ? publishVideo(video, ports, signal) : { result: 'stale' };
}

/** A job that was delivered twice or late may find a video that is held, or has open files again. */
function isPublishable(record: VideoRecord): boolean {
  return isWhole(record) && !record.hold && !record.invalid;
}

/**
 * Whether the playlists were replaced since the plan was sealed. A source that cannot be asked, or is gone, takes
 * nothing from a copy that is whole: it counts as unchanged.
 */
async function hasSourceChanged(
  header: RevisionHeader,
  { source, replan }: Pick<PublisherPorts, 'source' | 'replan'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (!header.hasTokens) return !(await areUnchanged(source, header.playlists, signal));
    return replan !== undefined && (await replan()) !== header.digest;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlantsError) return false;
    throw error;
  }
}
