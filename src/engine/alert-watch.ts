import { budgetAlert, lateAlerts, libraryAlerts, updateWatchState } from '../domain/report/alert.ts';
import type { Alert, FreshVideo, WatchState } from '../domain/report/alert.ts';
import type { BudgetReport } from '../domain/cost/budget.ts';
import type { AlertOptions } from '../config/alert-options.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/**
 * Watches the videos that each reconciliation pass visits, and raises alerts about those that take too long and about a
 * library that stands still or fails.
 */
export interface AlertWatch {
  beginPass(): void;
  readonly observe: (video: VideoId, record: VideoRecord) => void;
  /**
   * Ends the pass and returns its new alerts. An alert is returned once for each situation.
   *
   * @param budget - what was spent; absent where nobody wants to know
   */
  endPass(budget?: BudgetReport): Promise<readonly Alert[]>;
}

const minFilesForShare = 100;
/** Ids of returned alerts that are remembered. */
const maxReturnedIds = 10_000;

/** Creates a watch. Its totals cover what the ledger holds: videos in progress, and those that wait for a decision. */
export function createAlertWatch(
  { journal }: { readonly journal: Pick<Journal, 'submission'> },
  limits: AlertOptions,
  metrics: Pick<Metrics, 'videos'>,
): AlertWatch {
  let totals = emptyTotals();
  let fresh: { readonly video: VideoId; readonly record: VideoRecord }[] = [];
  let current: WatchState | undefined;
  const firstSeen = new Map<VideoId, number>();
  const returned = new Set<string>();

  const freshVideo = async (video: VideoId, record: VideoRecord): Promise<FreshVideo> => {
    const submission = await journal.submission(video);
    const since = firstSeen.get(video) ?? Date.now();
    firstSeen.set(video, since);
    const { total, done, failed, accepted } = record;
    return {
      id: video,
      ...(submission?.title === undefined ? {} : { title: submission.title }),
      state: stateOf(record),
      files: { total, done, failed, accepted },
      since,
    };
  };

  return {
    beginPass() {
      totals = emptyTotals();
      fresh = [];
    },
    observe(video, record) {
      addToTotals(totals, { state: stateOf(record), files: record });
      // A recording that is not over is not late. Its time begins when it ends.
      if (record.fresh && !['published', 'live'].includes(stateOf(record))) fresh.push({ video, record });
    },
    async endPass(budget) {
      metrics.videos(totals.videos);
      const now = Date.now();
      const isSpent = budget?.reached !== undefined;
      current = updateWatchState(current, totals, now, { ...limits, minFilesForShare }, { mayStand: isSpent });
      const videos = await Promise.all(fresh.map(({ video, record }) => freshVideo(video, record)));
      const present = new Set(videos.map(({ id }) => id));
      for (const id of firstSeen.keys()) if (!present.has(id)) firstSeen.delete(id);
      const spent = isSpent ? budgetAlert(budget, now) : undefined;
      const alerts = [
        ...(spent ? [spent] : []),
        ...lateAlerts(videos, now, limits),
        ...libraryAlerts(current, totals, now, { ...limits, minFilesForShare }),
      ].filter(({ id }) => !returned.has(id));
      if (returned.size > maxReturnedIds) returned.clear();
      for (const { id } of alerts) returned.add(id);
      return alerts;
    },
  };
}
