import { rangesOfBits } from '../domain/bits.ts';
import { FlantsError } from '../domain/failure.ts';
import { toRanges } from '../domain/index-ranges.ts';
import { playlistsFromRoot, wantsGrants } from '../domain/revision.ts';
import type { RevisionHeader } from '../domain/revision.ts';
import type { Evidence } from '../domain/outcome.ts';
import { documentIdentityOf, isEvidenceOf } from '../domain/names/source-identity.ts';
import type { SourceIdentity } from '../domain/names/source-identity.ts';
import { replacedSince } from '../domain/replaced.ts';
import type { ExistingPolicy } from '../domain/batch.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import { isWhole } from '../domain/video.ts';
import type { RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { Cdn } from '../cdn/cdn.ts';
import { alignWithDecisions } from '../journal/align.ts';
import type { Journal, Publication } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Source } from '../storage/source.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { bucketOfPlan, withOwnBucket } from '../storage/own-bucket.ts';
import { areUnchanged } from '../storage/unchanged.ts';
import { confirmFiles } from './confirm-files.ts';
import { invalidateReplaced } from './invalidate.ts';
import { placeDocument } from './place-document.ts';
import type { PlacedDocument } from './place-document.ts';

/** Ports and settings of the publisher. */
export interface PublisherPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly store: ObjectStore;
  /** Told of what got other bytes under its name. Absent: nobody is, and reports name it. */
  readonly cdn?: Cdn;
  readonly existing: ExistingPolicy;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  readonly now: () => number;
  /**
   * Returns the digest of the plan that the source would yield now. Needed for playlists with tokens; absent where no
   * source is available.
   */
  readonly replan?: () => Promise<RevisionDigest>;
}

/** The result of an attempt to publish. */
export type PublishResult =
  /** The documents are at the destination, and the CDN was told of so many paths. */
  | { readonly result: 'published'; readonly invalidatedPaths: number }
  /**
   * Some files were missing at the destination or had been replaced. They are open again. So many of them had been found
   * unchanged by the source's word.
   */
  | { readonly result: 'reopened'; readonly files: number; readonly unchanged: number }
  /** The source's playlists have changed since the plan was sealed. Crawl again. */
  | { readonly result: 'source-changed' }
  /** The video has a newer generation, or is no longer complete. */
  | { readonly result: 'stale' };

/**
 * Publishes a complete video: first the barrier, then its media playlists, then the multivariant playlist.
 *
 * @throws {FlantsError} `store.conflict` when a foreign object is at the key of a document; else as `ObjectStore` and
 *   `Source`
 */
export async function publishVideo(video: VideoId, ports: PublisherPorts, signal: AbortSignal): Promise<PublishResult> {
  const { journal, ledger } = ports;
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined || !isPublishable(tally.record)) return { result: 'stale' };
  const { generation } = tally.record;

  const { vanished, replaced: replacedFiles, sizeBytes } = await confirmFiles(video, tally, ports, signal);
  if (vanished.length > 0) {
    const keys = (await journal.files(video, revision, toRanges(vanished))).map(({ file }) => file.key);
    const evidence = [...(await journal.evidence(video, keys)).values()];
    const unchanged = evidence.filter((each) => each.generation === generation && each.proof !== 'written').length;
    await journal.forget(video, keys);
    await ledger.apply(video, { type: 'reopen', generation, revision, files: vanished });
    return { result: 'reopened', files: vanished.length, unchanged };
  }
  const header = await journal.revision(video, revision);
  if (!header) throw new FlantsError('state.unusable', `the journal has lost revision ${revision} of ${video}`);
  if (await hasSourceChanged(header, ports, signal)) return { result: 'source-changed' };
  // A hold that was decided but has not reached the ledger still counts.
  const aligned = await alignWithDecisions(video, ports);
  if (!aligned || !isPublishable(aligned)) return { result: 'stale' };

  const isCurrent = async (): Promise<boolean> => {
    const latest = await ledger.read(video);
    return latest?.generation === generation && latest.revision === revision && isPublishable(latest);
  };
  const lastPublication = await journal.publication(video);
  let evidence: Promise<ReadonlyMap<string, Evidence>> | undefined;
  const findEvidence = (): Promise<ReadonlyMap<string, Evidence>> =>
    (evidence ??= journal.evidence(
      video,
      header.documents.map(({ key }) => key),
    ));
  const placed: PlacedDocument[] = [];
  for (const document of header.documents) {
    const identity = documentIdentityOf(document, header);
    const copied = async () => copiedBefore((await findEvidence()).get(document.key), identity);
    // Of what was published once, a CDN may have copies although nothing stands there any more.
    const previous =
      lastPublication && (lastPublication.documents.find(({ key }) => key === document.key) ?? (await copied()));
    const place = { revision, identity, copied, isCurrent, ...(previous ? { previous } : {}) };
    const placedDocument = await placeDocument(document, place, ports, signal);
    if (!placedDocument) return { result: 'stale' };
    placed.push(placedDocument);
  }
  if (!(await isCurrent())) return { result: 'stale' };
  const at = new Date(ports.now()).toISOString();
  const replacedDocuments = placed.filter(({ isReplacement }) => isReplacement).map(({ document }) => document.key);
  const found = { files: replacedFiles, documents: replacedDocuments };
  const replaced = replacedSince(lastPublication?.replaced, found, { at, hasCdn: ports.cdn !== undefined });
  const publication: Publication = {
    video,
    revision,
    at,
    total: tally.record.total,
    accepted: rangesOfBits(tally.accepted, tally.record.total),
    sizeBytes,
    documents: placed.map(({ document }) => document),
    ...(replaced ? { replaced } : {}),
  };
  await journal.recordPublication(publication);
  // Before the ledger counts it as published: a process that dies here leaves a publication that comes again.
  const invalidatedPaths = await invalidateReplaced(publication, ports, signal);
  const published = await ledger.apply(video, { type: 'publish', generation, revision });
  if (published.result === 'applied') return { result: 'published', invalidatedPaths };
  // A publisher that overtook this one may have published before this one wrote to the journal. Publish again, so that
  // the journal ends up describing what is at the destination.
  const newer = published.record;
  return newer && isPublishable(newer) ? publishVideo(video, ports, signal) : { result: 'stale' };
}

/**
 * False for a video that is held, invalid, live or has open files again, as a job finds it that was delivered twice or
 * late.
 */
function isPublishable(record: VideoRecord): boolean {
  return isWhole(record) && !record.hold && !record.invalid && !record.live;
}

/** What was copied as a file while there was nothing in it to be read, such as chapters that were no JSON yet. */
function copiedBefore(
  evidence: Evidence | undefined,
  identity: SourceIdentity,
): Publication['documents'][number] | undefined {
  if (evidence?.etag === undefined || !isEvidenceOf(evidence, identity)) return undefined;
  const { key, etag, crc32, sizeBytes } = evidence;
  return { key, etag, crc32, sizeBytes };
}

/**
 * Whether the playlists have changed since the plan was sealed. If the source fails or is gone, they count as
 * unchanged: that must not hold up a complete copy.
 */
async function hasSourceChanged(
  header: RevisionHeader,
  { source, replan }: Pick<PublisherPorts, 'source' | 'replan'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (!wantsGrants(header)) {
      const ofVideo = withOwnBucket(source, bucketOfPlan(header));
      return !(await areUnchanged(ofVideo, playlistsFromRoot(header), signal));
    }
    return replan !== undefined && (await replan()) !== header.digest;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FlantsError) return false;
    throw error;
  }
}
