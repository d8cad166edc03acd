import type { BudgetReport } from '../cost/budget.ts';
import type { Failure } from '../failure.ts';
import type { Estimate } from './remaining.ts';
import type { RunCounts, Totals } from '../report/copy.ts';
import type { VideoId, VideoState } from '../video.ts';

/** A video whose files are going out. */
export interface ActiveVideo {
  readonly video: VideoId;
  /** Files that are done, and all of them. */
  readonly done: number;
  readonly total: number;
}

/** How far a run has come; given out at a steady pace and once at the end. */
export interface Progress extends Estimate {
  readonly totals: Totals;
  readonly run: RunCounts;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  readonly filesPerSecond: number;
  /** Videos that are not planned yet, or not even read from the catalogue, so that their files are not in the totals. */
  readonly uncrawled: number;
  /** A few of the videos under way, for people to look at. */
  readonly active?: readonly ActiveVideo[];
}

/** What happens in a run: lines of `--json`, and what the progress display shows. */
export type RunEvent =
  | {
      readonly type: 'started';
      readonly at: string;
      readonly sources: readonly string[];
      readonly destination: string;
      readonly stateDir: string;
    }
  | {
      readonly type: 'planned';
      readonly at: string;
      readonly video: VideoId;
      readonly files: number;
      readonly documents: number;
    }
  | {
      readonly type: 'video';
      readonly at: string;
      readonly video: VideoId;
      readonly state: VideoState;
      readonly failure?: Failure;
      /** Of a live one that this run looks at again, and when. */
      readonly delayMs?: number;
    }
  /** After the last of its tries. */
  | {
      readonly type: 'file-failed';
      readonly at: string;
      readonly video: VideoId;
      readonly key: string;
      readonly url: string;
      readonly failure: Failure;
    }
  /** Something went wrong that a later try may mend; without `files`, the video's playlists. */
  | {
      readonly type: 'tried-again';
      readonly at: string;
      readonly video: VideoId;
      readonly files?: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  | {
      readonly type: 'row-refused';
      readonly at: string;
      readonly row: number;
      readonly id?: string;
      readonly failure: Failure;
    }
  /** A row was taken, but for a part of it that cannot be read and is not needed. `message` names the row. */
  | {
      readonly type: 'row-warning';
      readonly at: string;
      readonly row: number;
      readonly id: VideoId;
      readonly message: string;
    }
  /** A CDN was told, by so many paths, what of a published video got other bytes under its name. */
  | { readonly type: 'invalidated'; readonly at: string; readonly video: VideoId; readonly paths: number }
  /** Work waits for a source or destination that is down: the first for a place, or all that is left of the run. */
  | {
      readonly type: 'waiting';
      readonly at: string;
      /** Hosts, or `the destination`. */
      readonly places: readonly string[];
      readonly files: number;
      /** That wait as a whole, to be crawled or published. */
      readonly videos: number;
      /** How long they wait, from when nothing else is left to do. */
      readonly patienceMs: number;
      readonly allThatIsLeft: boolean;
    }
  /** The page of the copy can be looked at. */
  | { readonly type: 'dashboard'; readonly at: string; readonly url: string }
  /** Nothing is left to do, and the page stays for a while. */
  | { readonly type: 'lingering'; readonly at: string; readonly lingerMs: number }
  | {
      readonly type: 'warning';
      readonly at: string;
      readonly video?: VideoId;
      readonly message: string;
      /** What a function of AWS Lambda that failed wrote last, up to 4 KB. */
      readonly log?: string;
    }
  | { readonly type: 'progress'; readonly at: string; readonly progress: Progress }
  | {
      readonly type: 'finished';
      readonly at: string;
      readonly exitCode: number;
      readonly progress: Progress;
      readonly halted?: Failure;
      /** As in the report. */
      readonly budget?: BudgetReport;
    };
