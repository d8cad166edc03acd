import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import type { RevisionDigest, Submission, VideoId } from '../domain/video.ts';

/** What a person, or a catalogue for them, decided. */
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

/** The documents of a revision as they stand at the destination, and what the ledger counted when they were put there. */
export interface Publication {
  readonly video: VideoId;
  readonly revision: RevisionDigest;
  readonly at: string;
  /** Files of the revision. */
  readonly total: number;
  /** Those that are missing, and accepted. */
  readonly accepted: IndexRanges;
  /** Of the files that are there. */
  readonly sizeBytes: number;
  readonly documents: readonly {
    readonly key: string;
    readonly etag: string;
    readonly crc32: string;
    readonly sizeBytes: number;
  }[];
}

/** How many outcomes go into one `recordOutcomes`, and how long the first of them may wait for that. */
export interface OutcomeGrouping {
  readonly maxOutcomes: number;
  readonly maxDelayMs: number;
}

/**
 * What must survive everything: sealed revisions, evidence, publications, decisions.
 *
 * What a method has answered is durable. Writing the same thing twice is the same as once.
 * Throws `FlantsError` `state.unusable` when the state cannot be read or written.
 */
export interface Journal {
  /** How outcomes like to come: where each call costs a request, by the batch; elsewhere as they are told. */
  readonly grouping: OutcomeGrouping;
  /** Keeps a plan for good. One with a digest that was sealed for the video already changes nothing. */
  seal(revision: Revision): Promise<void>;
  /** undefined where no such revision was sealed. */
  revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined>;
  /** The files of a sealed revision with these indices, in ascending order; indices beyond its end are left out. */
  files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]>;
  /**
   * Evidence replaces what was known of its key; a failure replaces the key's former failure and leaves evidence alone.
   * Evidence ends the failure. Failures belong to a video and key: another video's of the same key is left alone.
   */
  recordOutcomes(video: VideoId, outcomes: readonly Outcome[]): Promise<void>;
  /** Drops the evidence of objects that turned out not to be there; unknown keys are no error. */
  forget(video: VideoId, keys: readonly string[]): Promise<void>;
  /**
   * What is known to be at the destination, by key. What only another video's outcomes tell of a key that both have may
   * be known or not: a file of its own whose evidence is missing costs a look, never a copy too few.
   */
  evidence(video: VideoId, keys: readonly string[]): Promise<ReadonlyMap<string, Evidence>>;
  /** Sum of `sizeBytes` in the evidence for the files of a sealed revision; 0 where there is none. */
  sizeOf(video: VideoId, digest: RevisionDigest): Promise<number>;
  /** Latest failures of a video, by key. */
  failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>>;
  recordPublication(publication: Publication): Promise<void>;
  /** The latest one; undefined where nothing was published. */
  publication(video: VideoId): Promise<Publication | undefined>;
  decide(decision: Decision): Promise<void>;
  /** In the order they were made. */
  decisions(video: VideoId): AsyncIterable<Decision>;
  /** The latest one that was submitted of a video; undefined where none was. */
  submission(video: VideoId): Promise<Submission | undefined>;
  /**
   * The latest one of each video, in an order of the journal's own that stays. What is submitted meanwhile may be seen or not.
   *
   * @param after - begin behind this id, whether it is there or not
   */
  submissions(after?: VideoId): AsyncIterable<Submission>;
  /**
   * Ids of the videos that were submitted and never published, in the order of `submissions`.
   *
   * @param after - begin behind this id, whether it is there or not
   */
  unpublished(after?: VideoId): AsyncIterable<VideoId>;
  /** The others that were submitted, in the same way. */
  published(after?: VideoId): AsyncIterable<VideoId>;
  /**
   * Drops all that is known of a video: revisions, evidence, failures, publication; then the submission, then the other
   * decisions. Who finds a submission after having read decisions has read them all.
   */
  purge(video: VideoId): Promise<void>;
  /** Small facts about the library: key rules, capabilities. undefined where unset. */
  setting(name: string): Promise<unknown>;
  setSetting(name: string, value: unknown): Promise<void>;
  /** Sets what is not set yet; of several at a time one wins. Returns what is set now. */
  settle(name: string, value: unknown): Promise<unknown>;
  close(): Promise<void>;
}
