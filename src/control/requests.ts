import type { FailureCode } from '../domain/failure.ts';
import type { Decided } from '../domain/report/library-status.ts';
import type { VideoId, VideoState } from '../domain/video.ts';

/** A video that a person submits. */
export interface SubmitRequest {
  /** Absent: derived from the URL. */
  readonly id?: VideoId;
  /** `http:`, `https:`, `s3:` or `file:`. Absent: that of the known video with the id. */
  readonly playlistUrl?: string;
  /** Absent: unchanged or, for a new video, none. */
  readonly title?: string;
  /** ISO 8601 instant. Absent: unchanged or, for a new video, none. */
  readonly recordedAt?: string;
  /** Whether the video goes ahead of the backlog. Absent: unchanged or, for a new video, decided by `recordedAt`. */
  readonly fresh?: boolean;
}

/** Which videos to list. */
export interface VideosQuery {
  /** Absent: all states. */
  readonly states?: readonly VideoState[];
  /** Start behind this id. */
  readonly after?: VideoId;
  readonly limit?: number;
  /** Aborted once nobody waits for the rest. */
  readonly signal?: AbortSignal;
}

/** What to retry. */
export interface RetryRequest {
  /** Absent or empty: all. */
  readonly videos?: readonly VideoId[];
  /** Only retry what failed with this code. */
  readonly failedBy?: FailureCode;
}

/** What is retried. */
export interface Retried {
  /** Files. */
  readonly reopened: number;
  /** Videos with reopened files, and invalid videos that start over. */
  readonly videos: number;
  /** How many of these are paused, and so wait until they are resumed. Absent: none. */
  readonly paused?: number;
}

/** A failed file to publish without. */
export interface AcceptRequest {
  readonly video: VideoId;
  /** Key of the file, or its end after a `/`. */
  readonly file: string;
  readonly reason: string;
}

/** Result of accepting a failed file. `state` is `publishing` or `published` if no other file was missing. */
export interface Accepted extends Decided {
  readonly key: string;
}

/** Result of a cancellation. */
export interface Cancelled extends Decided {
  /** Leases that were still held when waiting ended. Their work ends by itself and no longer counts. */
  readonly underWay: number;
}

/** Result of a purge. */
export interface Purged {
  readonly video: VideoId;
  /** Known objects at the destination, all of which were left in place. */
  readonly objectsLeft: number;
}
