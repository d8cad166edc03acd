import type { BudgetReport } from '../../domain/cost/budget.ts';
import type { FunctionCost } from '../../domain/cost/function-use.ts';
import type { FailureCause } from '../../domain/report/library-status.ts';
import type { FinishedRun } from '../../domain/progress/live-view.ts';
import type { VideoReport } from '../../domain/report/copy.ts';
import { addToTotals, emptyTotals } from '../../domain/report/totals.ts';
import type { Mutable } from '../../domain/report/totals.ts';
import type { FailureCode } from '../../domain/failure.ts';
import type { VideoState } from '../../domain/video.ts';
import { addCauses, moreCommonFirst } from '../../journal/failure-causes.ts';

/** What is known of a video beside its report. */
export interface VideoTimesOfPage {
  /** From the first submission to the latest publication. Absent if it is not published. */
  readonly onTheWayMs?: number;
}

/** One video as the page shows it. */
export type PageVideo = Pick<VideoReport, 'id' | 'title' | 'state' | 'files' | 'sizeBytes' | 'playlistUrl'> &
  VideoTimesOfPage & {
    /** The first thing to know about it, if anything is to be known. */
    readonly remark?: string;
    /** `data:` URL of its poster. */
    readonly poster?: string;
  };

/** A file without which a video was published. */
export interface PageAcceptance {
  readonly video: string;
  readonly key: string;
  readonly reason: string;
}

/** All that the page shows, bounded for a library of any size. */
export interface PageData {
  readonly destination: string;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly totals: ReturnType<typeof emptyTotals>;
  /** Of the files that are at the destination. */
  readonly sizeBytes: number;
  /** The most common first. */
  readonly causes: readonly FailureCause[];
  readonly acceptances: Counted<PageAcceptance>;
  /** The longest on the way first. */
  readonly slowest: readonly PageVideo[];
  /** What needs attention first. */
  readonly videos: Counted<PageVideo>;
  /** The latest first. */
  readonly runs: readonly FinishedRun[];
  readonly functions?: FunctionCost;
  readonly budget?: BudgetReport;
}

/** The first of a list, and how many there are in all. */
export interface Counted<T> {
  readonly shown: readonly T[];
  readonly count: number;
}

/** The most that a page shows of each. */
export const pageLimits = { videos: 500, acceptances: 200, slowest: 10 } as const;

/** States by how much they need a person: the smaller the sooner. */
const urgency: Readonly<Record<VideoState, number>> = {
  invalid: 0,
  incomplete: 1,
  live: 3,
  paused: 4,
  copying: 5,
  publishing: 5,
  waiting: 6,
  cancelled: 8,
  published: 9,
};

function urgencyOf({ state, remark }: PageVideo): number {
  return state === 'published' && remark !== undefined ? 2 : urgency[state];
}

/** Collects what a page shows of videos as their reports come, and keeps no more than that. */
export function gatherVideos(): {
  add(report: VideoReport, times: VideoTimesOfPage): void;
  result(): Pick<PageData, 'totals' | 'sizeBytes' | 'causes' | 'acceptances' | 'slowest' | 'videos'>;
} {
  const totals = emptyTotals();
  const causes = new Map<FailureCode, Mutable<FailureCause>>();
  const acceptances: PageAcceptance[] = [];
  const videos = keepFirst<PageVideo>(pageLimits.videos, (a, b) => urgencyOf(a) - urgencyOf(b));
  const slowest = keepFirst<PageVideo>(pageLimits.slowest, (a, b) => (b.onTheWayMs ?? 0) - (a.onTheWayMs ?? 0));
  let [sizeBytes, accepted, count] = [0, 0, 0];
  return {
    add(report, times) {
      const { id, title, state, files, failures, invalid, playlistUrl } = report;
      count += 1;
      sizeBytes += report.sizeBytes;
      addToTotals(totals, report);
      addCauses(causes, id, failedItems(report));
      for (const { key, acceptedBecause: reason } of failures) {
        if (reason === undefined) continue;
        accepted += 1;
        if (acceptances.length < pageLimits.acceptances) acceptances.push({ video: title ?? id, key, reason });
      }
      const remark = invalid?.message ?? remarkOf(report);
      const video: PageVideo = {
        id,
        ...(title === undefined ? {} : { title }),
        state,
        files,
        sizeBytes: report.sizeBytes,
        playlistUrl,
        ...times,
        ...(remark === undefined ? {} : { remark }),
      };
      videos.add(video);
      if (times.onTheWayMs !== undefined) slowest.add(video);
    },
    result: () => ({
      totals,
      sizeBytes,
      causes: [...causes.values()].toSorted(moreCommonFirst),
      acceptances: { shown: acceptances, count: accepted },
      slowest: slowest.list(),
      videos: { shown: videos.list(), count },
    }),
  };
}

function failedItems({ invalid, failures }: VideoReport): Parameters<typeof addCauses>[2] {
  if (invalid) return [{ failure: invalid }];
  return failures.filter(({ acceptedBecause }) => acceptedBecause === undefined);
}

function remarkOf({ failures, external, warnings, live }: VideoReport): string | undefined {
  const open = failures.find(({ acceptedBecause }) => acceptedBecause === undefined);
  if (open) return open.failure.message;
  const [accepted] = failures;
  if (accepted) return `published without ${accepted.key}: ${accepted.acceptedBecause}`;
  if (live) return 'the recording is not over';
  const [first] = external;
  if (first) return `points outside the copy: ${first.reason}`;
  return warnings[0];
}

/** Keeps the first few by an order; those that are equal stay as they came. */
function keepFirst<T>(most: number, compare: (a: T, b: T) => number): { add(item: T): void; list(): readonly T[] } {
  let kept: T[] = [];
  const shrink = (): void => void (kept = kept.toSorted(compare).slice(0, most));
  return {
    add(item) {
      kept.push(item);
      if (kept.length >= 4 * most) shrink();
    },
    list() {
      shrink();
      return kept;
    },
  };
}
