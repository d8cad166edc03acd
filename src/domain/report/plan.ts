import type { Estimate } from '../cost/estimate.ts';
import type { CostReport } from '../cost/bill.ts';
import type { HourReport } from '../cost/duration.ts';
import type { FailureCode } from '../failure.ts';

/** How often something happened, with the first that it happened to. */
export interface Cause {
  readonly code: FailureCode;
  readonly count: number;
  readonly example: { readonly id?: string; readonly message: string };
}

/** A file that is large, as far as anybody asked. */
export interface LargeFile {
  readonly video: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** The size is the end of the furthest byte range: nobody asked the source. */
  readonly atLeast?: true;
}

/** What `flants plan` says of a library: what a copy would move, and what that takes. */
export interface PlanReport {
  readonly format: 1;
  readonly at: string;
  readonly destination?: string;
  /** It was stopped: of what had not been read by then nothing is in here. */
  readonly interrupted: boolean;
  /** What the estimates rest on. */
  readonly sample: {
    readonly seed: string;
    /** Videos whose playlists were read, of those that the catalogue has. */
    readonly videos: number;
    readonly ofVideos: number;
    /** Files whose size the source said, of those to be copied in these videos. */
    readonly files: number;
    readonly ofFiles: number;
    /** Requests that this plan has sent for sizes, and those that failed. */
    readonly asked: number;
    readonly unanswered: readonly Cause[];
    /** Files of kinds of which no size is known at all: they are in no sum of bytes. */
    readonly unsized: number;
  };
  readonly videos: {
    readonly total: number;
    readonly toCopy: Estimate;
    readonly published: Estimate;
    readonly live: Estimate;
    /** Paused or cancelled: a copy leaves them alone. */
    readonly held: Estimate;
    readonly refused: Estimate;
  };
  readonly files: {
    /** As reports of a copy count them: a file that two videos share is two. */
    readonly total: Estimate;
    readonly there: Estimate;
    /** Published, or to be published, without them. */
    readonly accepted: Estimate;
    /** Missing files of held videos. */
    readonly held: Estimate;
    readonly toCopy: Estimate;
    /** Objects to be copied: a file that two videos share is one. */
    readonly objects: Estimate;
  };
  /** Of the objects to be copied. */
  readonly sizeBytes: Estimate;
  /** Playlists and JSON documents to be published. */
  readonly documents: Estimate;
  /**
   * Of the copy: GETs of playlists and files at the source; at the destination PUTs, of large files in
   * parts, and before each video is published HEADs and listings. Tries, and looks at what stands there already, come on top.
   */
  readonly requests: {
    readonly get: Estimate;
    readonly put: Estimate;
    readonly head: Estimate;
    readonly list: Estimate;
  };
  /** Objects that go out in parts, because they are larger than this. */
  readonly inParts: { readonly aboveBytes: number; readonly objects: Estimate };
  readonly batches: Estimate;
  /** By number of files, the most first. */
  readonly hosts: readonly { readonly host: string; readonly objects: number; readonly sizeBytes: number }[];
  /** Where the keys go below the destination, the most first. */
  readonly prefixes: readonly { readonly prefix: string; readonly objects: number }[];
  readonly largest: readonly LargeFile[];
  /** Videos that a copy would not take. */
  readonly refused: readonly Cause[];
  readonly refusedRows: readonly Cause[];
  /** URIs that stay as they are, by why. */
  readonly outside: readonly { readonly reason: string; readonly count: number; readonly example: string }[];
  /** Videos with warnings. */
  readonly warned: number;
  /** Absent without `--cost`. */
  readonly cost?: CostReport;
  readonly hours?: HourReport;
}
