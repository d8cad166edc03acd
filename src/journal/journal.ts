import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import type { Replaced } from '../domain/replaced.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import type { RevisionDigest, Submission, VideoId } from '../domain/video.ts';

/** A decision about a video, made by a person or, for submissions, by a catalogue. */
export type Decision =
  | { readonly type: 'submitted'; readonly video: VideoId; readonly at: string; readonly submission: Submission }
  | {
      readonly type: 'accepted';
      readonly video: VideoId;
      readonly at: string;
      readonly key: string;
      readonly reason: string;
    }
  | { readonly type: 'paused' | 'resumed' | 'cancelled'; readonly video: VideoId; readonly at: string }
  | { readonly type: 'prioritised'; readonly video: VideoId; readonly at: string; readonly fresh: boolean };

/** The documents of a revision as published at the destination, with the ledger's counts at that time. */
export interface Publication {
  readonly video: VideoId;
  readonly revision: RevisionDigest;
  readonly at: string;
  /** Files of the revision. */
  readonly total: number;
  /** Files that are missing and were accepted. */
  readonly accepted: IndexRanges;
  /** Sum over the files that are there. */
  readonly sizeBytes: number;
  readonly documents: readonly {
    readonly key: string;
    readonly etag: string;
    readonly crc32: string;
    readonly sizeBytes: number;
  }[];
  /** Absent: nothing ever got other bytes under its name. */
  readonly replaced?: Replaced;
}

/** How many outcomes to pass to one `recordOutcomes`, and how long the first of them may be held back for that. */
export interface OutcomeGrouping {
  readonly maxOutcomes: number;
  readonly maxDelayMs: number;
}

/**
 * The record that must survive everything: sealed revisions, evidence, publications, decisions. Queues and ledger can be
 * rebuilt from it.
 *
 * A write is durable once its method resolves, and writing the same thing twice changes nothing. Methods throw
 * `FlantsError` `state.unusable` when the state cannot be read or written.
 */
export interface Journal {
  /** Preferred size of `recordOutcomes` calls: whole batches where a call costs a request, small groups elsewhere. */
  readonly grouping: OutcomeGrouping;
  /** Stores a plan for good. Does nothing if the video has a sealed revision with this digest. */
  seal(revision: Revision): Promise<void>;
  /**
   * Undefined if no such revision was sealed. Of a plan that another process has purged, this and `files` may still tell what
   * they have told before.
   */
  revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined>;
  /** Files of a sealed revision by index, in ascending order. Indices beyond the end are left out. */
  files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]>;
  /**
   * Stores outcomes by key. Evidence replaces earlier evidence of its key and clears the failure. A failure replaces the
   * earlier failure and leaves evidence alone. Failures belong to a video: those of another video with the same key stay.
   * One that says what the earlier one has said within a day may be left out.
   */
  recordOutcomes(video: VideoId, outcomes: readonly Outcome[]): Promise<void>;
  /** Drops the evidence of objects that have vanished. Unknown keys are ignored. */
  forget(video: VideoId, keys: readonly string[]): Promise<void>;
  /**
   * Evidence of what is at the destination, by key. For a key that two videos share, evidence that only the other video
   * recorded may be missing here: that costs a second look at the object, and never skips a copy.
   *
   * @param options.mayLag - for many calls in a row: what a process with a wrong clock recorded within the last minute may be
   *   missing likewise, unless it had seen what this one has
   */
  evidence(
    video: VideoId,
    keys: readonly string[],
    options?: { readonly mayLag: boolean },
  ): Promise<ReadonlyMap<string, Evidence>>;
  /** Sum of `sizeBytes` over the evidence of these files of a sealed revision. 0 if there is none. */
  sizeOf(video: VideoId, digest: RevisionDigest, ranges: IndexRanges): Promise<number>;
  /** The latest failure of each key of a video. */
  failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>>;
  /** Tries at one file that failed, the oldest first: at least the latest ten of those that were stored. */
  failedTries(video: VideoId, key: string): Promise<readonly FileFailure[]>;
  recordPublication(publication: Publication): Promise<void>;
  /** The latest publication. Undefined if the video was never published. */
  publication(video: VideoId): Promise<Publication | undefined>;
  decide(decision: Decision): Promise<void>;
  /** All decisions about a video, in the order they were made. */
  decisions(video: VideoId): AsyncIterable<Decision>;
  /** The latest submission. Undefined if the video was never submitted. */
  submission(video: VideoId): Promise<Submission | undefined>;
  /**
   * The latest submission of every video, in an order of the journal's own that does not change. Videos submitted during
   * the iteration may or may not be seen.
   *
   * @param after - start behind this id, which need not exist
   */
  submissions(after?: VideoId): AsyncIterable<Submission>;
  /**
   * Ids of videos that were submitted and never published, in the order of `submissions`.
   *
   * @param after - start behind this id, which need not exist
   */
  unpublished(after?: VideoId): AsyncIterable<VideoId>;
  /** Ids of videos that were submitted and published, likewise. */
  published(after?: VideoId): AsyncIterable<VideoId>;
  /**
   * Deletes a video: revisions, evidence, failures and publication, then the submission, then the other decisions. A
   * reader that still finds the submission after reading the decisions has therefore read all of them.
   */
  purge(video: VideoId): Promise<void>;
  /** A named fact about the library, such as its key rules. Undefined if not set. */
  setting(name: string): Promise<unknown>;
  setSetting(name: string, value: unknown): Promise<void>;
  /** Sets a value unless one is set, and returns the value now in force. If several callers race, one wins. */
  settle(name: string, value: unknown): Promise<unknown>;
}
