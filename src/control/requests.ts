import type { FailureCode } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import type { VideoId, VideoState } from '../domain/video.ts';

/** A video that a person names. */
export interface SubmitRequest {
  /** Absent: made of the URL. */
  readonly id?: VideoId;
  /** `http:`, `https:` or `file:`. */
  readonly playlistUrl: string;
  readonly title?: string;
  /** ISO 8601 instant. */
  readonly recordedAt?: string;
  /** Goes before the backlog, or behind what is fresh; absent: as it was, or as `recordedAt` says. */
  readonly fresh?: boolean;
}

/** Which videos to list. */
export interface VideosQuery {
  /** Absent: all states. */
  readonly states?: readonly VideoState[];
  /** Begin behind this one. */
  readonly after?: VideoId;
  readonly limit?: number;
}

/** What to try again. */
export interface RetryRequest {
  /** Absent or empty: all. */
  readonly videos?: readonly VideoId[];
  /** Only what failed with this code. */
  readonly failedBy?: FailureCode;
}

/** What is tried again. */
export interface Retried {
  /** Files. */
  readonly reopened: number;
  /** Videos with such files, and those that had no plan. */
  readonly videos: number;
}

/** What to go without. */
export interface AcceptRequest {
  readonly video: VideoId;
  /** Key of a failed file, or the end of it from a `/` on. */
  readonly file: string;
  readonly reason: string;
}

/** What came of accepting a failed file; `state` is `publishing` or `published` where it was the last obstacle. */
export interface Accepted extends Decided {
  readonly key: string;
}

/** What came of a cancellation. */
export interface Cancelled extends Decided {
  /** Leases that were alive still when waiting ended: work that ends by itself and counts no more. */
  readonly underWay: number;
}

/** What is left of a video that is no longer known. */
export interface Purged {
  readonly video: VideoId;
  /** Objects that are known to stand at the destination: nothing there was touched. */
  readonly objectsLeft: number;
}
