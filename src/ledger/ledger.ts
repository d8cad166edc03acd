import type { Change } from '../domain/change.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Generation, VideoId, VideoRecord } from '../domain/video.ts';
import type { Tally } from '../domain/change.ts';

/** A claim on work under way. It ends by release, or when its time is up by the ledger's own clock. */
export interface Lease {
  /** Unique for all time: what ends one lease cannot end another. */
  readonly id: string;
  readonly generation: Generation;
  readonly kind: 'crawl' | 'batch' | 'publish';
  /** Files that the lease carries; empty for a crawl or publish. */
  readonly files: IndexRanges;
  readonly ttlMs: number;
}

/** What came of a change, and the record as it stands now; `before` is what it was in the same instant. */
export type Applied =
  | { readonly result: 'applied'; readonly before: VideoRecord | undefined; readonly record: VideoRecord }
  | { readonly result: 'stale'; readonly record: VideoRecord | undefined };

/**
 * The live count of the videos that are under way, or of all of them. It can be lost and rebuilt from the journal.
 *
 * Each `apply` is atomic, and means what `domain/change.ts` says: exact, idempotent, refused
 * as `stale` when its generation or revision is not the video's any more.
 */
export interface Ledger {
  apply(video: VideoId, change: Change): Promise<Applied>;
  /** undefined for a video it does not know. */
  read(video: VideoId): Promise<VideoRecord | undefined>;
  /** The record with a bit for each file; undefined for a video it does not know. */
  tally(video: VideoId): Promise<Tally | undefined>;
  /** Every video, in ascending order of id. What changes meanwhile may be seen before or after. */
  videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }>;
  /**
   * Grants a lease, or renews the one with this id. False when the generation is no longer the video's, and while
   * another is alive that claims the same: for a `crawl` or `publish` one of those, for a batch one with a file in common.
   */
  lease(video: VideoId, lease: Lease): Promise<boolean>;
  /**
   * Ends a lease and grants others in its stead, in one instant: who sends files on keeps the claim on them. The heirs claim
   * no more files than it did. False, and nothing is changed, when that lease is not alive: somebody else may have the
   * files by now. Said again after the answer was lost, with heirs that live still, it is true.
   */
  pass(video: VideoId, leaseId: string, heirs: readonly Lease[]): Promise<boolean>;
  /** Prolongs a lease from now on; false when it is not alive. */
  renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean>;
  /** Ends a lease; an unknown one is no error. */
  release(video: VideoId, leaseId: string): Promise<void>;
  /** Live leases of the present generation. */
  leases(video: VideoId): Promise<readonly Lease[]>;
  /** Ends every lease: for a sole owner that starts after a crash. */
  releaseAll(): Promise<void>;
  /**
   * Lets go of a video that rests and whose facts the journal keeps; `restore` brings it back. False when its generation
   * is another by now, or a lease of it is alive. An unknown video is no error.
   */
  retire(video: VideoId, generation: Generation): Promise<boolean>;
  close(): Promise<void>;
}
