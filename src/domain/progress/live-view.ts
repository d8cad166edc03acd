import type { BudgetReport } from '../cost/budget.ts';
import type { Failure, FailureCode } from '../failure.ts';
import type { FailedScan, FailureCause, VideoSummary } from '../report/library-status.ts';
import type { IndexRanges } from '../index-ranges.ts';
import type { Estimate } from './remaining.ts';
import type { FileRole } from '../revision.ts';
import type { RunCounts, Totals } from '../report/copy.ts';
import type { VideoId, VideoState } from '../video.ts';

/** What became of the files of a video, a bit for each. Files in none of the four are open. */
export interface FileField {
  /** Files that are there: lower-case hex of whole bytes, the lowest bit of each byte first, as `Bits`. */
  readonly done: string;
  readonly failed?: IndexRanges;
  /** Some of the failed: published without them. */
  readonly accepted?: IndexRanges;
  /** In a batch that a worker has. */
  readonly inFlight?: IndexRanges;
}

/** A video that is in progress or needs attention. */
export interface LiveVideo {
  readonly id: VideoId;
  readonly title?: string;
  readonly state: VideoState;
  readonly files: { readonly total: number; readonly done: number; readonly failed: number; readonly accepted: number };
  readonly fresh?: true;
  /** When it was first seen in this state: milliseconds since the epoch. */
  readonly since: number;
  /** Absent where there is no plan, where the video is published, and where the fields of all videos would be too much. */
  readonly field?: FileField;
}

/** How a field differs: `done` by what is set and unset in it, the other parts as they are now, where they differ. */
export interface FieldPatch {
  readonly set?: IndexRanges;
  readonly unset?: IndexRanges;
  readonly failed?: IndexRanges;
  readonly accepted?: IndexRanges;
  readonly inFlight?: IndexRanges;
}

/** A row that is new or differs: all of it but its field, which is left out where it did not change. */
export interface LiveVideoChange extends LiveVideo {
  /** On the field as it was. Never beside `field`. */
  readonly patch?: FieldPatch;
  /** The field is not shown any more. */
  readonly noField?: true;
}

/** Rates over the last seconds, and how much is left. */
export interface LiveProgress extends Estimate {
  readonly filesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Videos that are not planned yet, so that their files are not in the totals. */
  readonly uncrawled: number;
  /** Of a run of `copy`. */
  readonly run?: RunCounts;
}

/** Rates at an instant, in milliseconds since the epoch. */
export type RateSample = readonly [at: number, filesPerSecond: number, bytesPerSecond: number];

/** A process of the cluster, or the run of `copy`. Instants in milliseconds since the epoch. */
export interface LiveService {
  /** Its role. */
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly since: number;
  /** When it was heard of last. */
  readonly at: number;
  /** Why its work cannot continue; it tries again by itself. */
  readonly halted?: Failure;
}

/** How many jobs a queue has. */
export interface LiveQueue {
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** A batch that a worker has. */
export interface LiveBatch {
  readonly id: string;
  readonly video: VideoId;
  /** Who has it, where that is known. */
  readonly worker?: string;
  /** How many files. */
  readonly files: number;
  /** Since when: milliseconds since the epoch. */
  readonly since: number;
  /** It was sent away before, as its source or destination was down or asked for less. */
  readonly throttled?: true;
}

/** What a paid executor has cost so far. */
export interface LiveCost {
  readonly usd: number;
  readonly requests: number;
  readonly gigabyteSeconds: number;
}

/** The end of a run of `copy`. */
export interface LiveEnd {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The parts of the view that travel as a whole when they change. */
export interface LiveParts {
  readonly totals: Totals;
  readonly progress: LiveProgress;
  /** The most common first. */
  readonly causes: readonly FailureCause[];
  readonly services: readonly LiveService[];
  readonly queues: readonly LiveQueue[];
  /** The oldest first, and no more than some hundreds. */
  readonly batches: readonly LiveBatch[];
  /** Null where nothing is paid by use. */
  readonly cost: LiveCost | null;
  /** Null where nobody wants to know what is spent. */
  readonly budget: BudgetReport | null;
  /** Null where the catalogue could be read; always null outside a cluster. */
  readonly scanFailed: FailedScan | null;
  /** Null while there is work; always null in a cluster. */
  readonly ended: LiveEnd | null;
  /** Videos of the library are still being read: totals and causes grow. */
  readonly isCounting: boolean;
  /** Grows when a list of videos (`/api/v1/list`) would be another, counts of files apart. */
  readonly listVersion: number;
}

/** All that a viewer is shown, at one instant. */
export interface LiveSnapshot extends LiveParts {
  readonly format: 1;
  /** Milliseconds since the epoch, by the service's clock. */
  readonly at: number;
  /** Of FLAnts. */
  readonly version: string;
  readonly destination: string;
  /** With a final slash: a key appended to it is where a player finds the object. Absent where nobody said. */
  readonly playUrl?: string;
  /** The oldest first: up to an hour, coarser with age. */
  readonly history: readonly RateSample[];
  /** Those in progress, then those that need attention; no more than a thousand. */
  readonly videos: readonly LiveVideo[];
}

/** What changed since the snapshot or the delta before. Parts that did not change are left out. */
export interface LiveDelta extends Partial<LiveParts> {
  readonly at: number;
  /** New samples. */
  readonly history?: readonly RateSample[];
  readonly videos?: readonly LiveVideoChange[];
  /** Videos that are not shown any more. Applied before `videos`. */
  readonly gone?: readonly VideoId[];
}

/** A page of all videos, by any order. */
export interface LiveList {
  /** How many videos there are that fit. */
  readonly total: number;
  readonly rows: readonly LiveListRow[];
  /** As in the stream. */
  readonly listVersion: number;
  /** Videos of the library are still being read. */
  readonly isCounting: boolean;
}

/** One video of a list, with what it is sorted by. */
export interface LiveListRow extends VideoSummary {
  /** When it was first seen in its state, where this process has seen it come: milliseconds since the epoch. */
  readonly since?: number;
}

/** By what videos are listed. `age`: when it was recorded, or else submitted last; the youngest is the smallest. */
export const listOrders = ['age', 'failures', 'state', 'title', 'progress'] as const;

/** A media playlist of a video, and the files that it names. */
export interface Rendition {
  /** Key of the playlist at the destination. */
  readonly key: string;
  /** For people: `1280x720, 2.4 Mbit/s`, `audio: English`. */
  readonly name: string;
  readonly kind: 'video' | 'audio' | 'subtitles' | 'iframes' | 'other';
  readonly files: IndexRanges;
}

/** The files of one video: its field, whatever its state, and its renditions. */
export interface VideoField {
  readonly id: VideoId;
  readonly total: number;
  readonly field?: FileField;
  readonly renditions: readonly Rendition[];
}

/** One try at a file. */
export interface FileTry {
  /** From 1. */
  readonly number: number;
  readonly outcome: 'copied' | 'unchanged' | 'failed';
  /** ISO 8601 instant of its end. */
  readonly at: string;
  /** Code of its failure. */
  readonly code?: FailureCode;
  readonly message?: string;
  /** HTTP status of its failure. */
  readonly status?: number;
  readonly sizeBytes?: number;
  readonly durationMs?: number;
  /** The worker that made it. */
  readonly worker: string;
}

/** One file of a video. */
export interface FileDetail {
  readonly video: VideoId;
  readonly index: number;
  readonly key: string;
  readonly url: string;
  readonly role: FileRole;
  readonly state: 'done' | 'accepted' | 'failed' | 'open';
  /** Names of the renditions that it is in. */
  readonly renditions: readonly string[];
  /** The oldest first. */
  readonly tries: readonly FileTry[];
  readonly acceptedBecause?: string;
}

/** A run of `copy` that ended. */
export interface FinishedRun {
  /** ISO 8601 instants. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly version: string;
  readonly exitCode: number;
  /** The library's, at the end. */
  readonly totals: Totals;
  readonly run: RunCounts;
  /** Code of the failure that halted it. */
  readonly halted?: string;
}

/** What the sender of a request may do. */
export interface SessionState {
  readonly canRead: boolean;
  readonly canAct: boolean;
  /** A token would allow more than is allowed now. */
  readonly needsToken: boolean;
}
