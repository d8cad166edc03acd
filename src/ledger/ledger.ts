import type { Change } from '../domain/change.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Generation, RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { Tally } from '../domain/change.ts';

/** A claim on work in progress. It ends when it is released, or when it expires by the ledger's own clock. */
export interface Lease {
  /** Never reused, so that ending one lease cannot end another. */
  readonly id: string;
  readonly generation: Generation;
  readonly kind: 'crawl' | 'batch' | 'publish';
  /** Files that a batch lease covers. Empty for a crawl or publication. */
  readonly files: IndexRanges;
  readonly ttlMs: number;
}

/** The result of a change, with the record after it. `before` is the record that the change was applied to. */
export type Applied =
  | { readonly result: 'applied'; readonly before: VideoRecord | undefined; readonly record: VideoRecord }
  | { readonly result: 'stale'; readonly record: VideoRecord | undefined };

/** Outcomes of a batch. */
export type Outcomes = Extract<Change, { type: 'record' }>;

/** How a batch ends. */
export interface BatchEnding {
  readonly leaseId: string;
  readonly outcomes: Outcomes;
  /** In place of its lease, as of `Ledger.pass`. */
  readonly successors: readonly Lease[];
}

/** What became of a batch in the ledger. */
export interface EndedBatch {
  /** Of its outcomes. */
  readonly applied: Applied;
  /** Of its lease, as `Ledger.pass` tells. */
  readonly isPassed: boolean;
}

/** What the next step of a video depends on, all of one instant. */
export interface Survey {
  readonly record: VideoRecord;
  /** Leases of the present generation that are alive. */
  readonly leases: readonly Lease[];
  /** Files that are neither done nor failed. */
  readonly open: IndexRanges;
}

/**
 * The live state of videos in progress (an embedded ledger holds all videos). It can be lost and rebuilt from the journal.
 *
 * `apply` is atomic, has the meaning given in `domain/change.ts`, and is idempotent. It is refused as `stale` when the
 * change names a generation or revision that is no longer the video's.
 */
export interface Ledger {
  apply(video: VideoId, change: Change): Promise<Applied>;
  /** Undefined for a video that the ledger does not hold. */
  read(video: VideoId): Promise<VideoRecord | undefined>;
  /** The record with one bit per file. Undefined for a video that the ledger does not hold. */
  tally(video: VideoId): Promise<Tally | undefined>;
  /** What the next step depends on. Undefined for a video that the ledger does not hold. */
  survey(video: VideoId): Promise<Survey | undefined>;
  /** All videos, in ascending order of id. A change made during the iteration may or may not be seen. */
  videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }>;
  /**
   * Grants a lease, or renews the one with this id. Returns false when the generation is outdated, or while a conflicting
   * lease is alive: for a `crawl` or `publish` any of these two kinds, for a batch one that shares a file.
   *
   * @param revision - the one that the files belong to. If the video has another by now, or is on hold, the lease is refused,
   *   and ended if it was granted before
   */
  lease(video: VideoId, lease: Lease, revision?: RevisionDigest): Promise<boolean>;
  /**
   * Replaces a lease by successors in one atomic step, so that files which are queued again stay claimed. The successors
   * cover no file that the lease did not. Returns false, and changes nothing, when the lease is not alive: another process
   * may have the files. A repeated call, after its answer was lost, returns true while the successors are alive.
   */
  pass(video: VideoId, leaseId: string, successors: readonly Lease[]): Promise<boolean>;
  /**
   * Counts the outcomes of a batch, as `apply` does, and replaces its lease, as `pass` does: both in one atomic step. Each
   * has its own result, whatever became of the other.
   */
  endBatch(video: VideoId, ending: BatchEnding): Promise<EndedBatch>;
  /** Extends a lease to `ttlMs` from now. Returns false when it is not alive. */
  renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean>;
  /** Ends a lease. Unknown ids are ignored. */
  release(video: VideoId, leaseId: string): Promise<void>;
  /** Leases of the present generation that are alive. */
  leases(video: VideoId): Promise<readonly Lease[]>;
  /** Ends all leases. Only for a process that owns the state alone and starts after a crash. */
  releaseAll(): Promise<void>;
  /**
   * Drops a video that has no next step, since its facts are in the journal; the change `restore` brings it back. Returns
   * false when the generation is outdated or a lease of the video is alive. Unknown videos are ignored.
   */
  retire(video: VideoId, generation: Generation): Promise<boolean>;
}
