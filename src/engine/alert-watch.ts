import { budgetAlert, lateAlerts, libraryAlerts, updateWatchState } from '../domain/report/alert.ts';
import type { Alert, FreshVideo, WatchState } from '../domain/report/alert.ts';
import type { BudgetReport } from '../domain/cost/budget.ts';
import type { AlertOptions } from '../config/alert-options.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { forEachConcurrently } from '../domain/waiting/for-each-concurrently.ts';
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
   * Ends the pass and sends its new alerts, one for each situation. What could not be sent is sent at the end of the next.
   *
   * @param budget - what was spent; absent where nobody wants to know
   * @throws what `send` or the journal throws
   */
  endPass(send: (alert: Alert) => Promise<void>, budget?: BudgetReport): Promise<void>;
}

const minFilesForShare = 100;
/** Alerts of situations that are over, of which it is remembered that they were sent. */
const maxPastAlerts = 10_000;
const sendsAtATime = 16;

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
  const sent = new Set<string>();

  const freshVideo = (video: VideoId, record: VideoRecord): FreshVideo => {
    const since = firstSeen.get(video) ?? Date.now();
    firstSeen.set(video, since);
    const { total, done, failed, accepted } = record;
    return { id: video, state: stateOf(record), files: { total, done, failed, accepted }, since };
  };
  const withTitle = async (alert: Alert): Promise<Alert> => {
    const { video } = alert;
    if (!video) return alert;
    const { title } = (await journal.submission(video.id)) ?? {};
    return title === undefined ? alert : { ...alert, video: { ...video, title } };
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
    async endPass(send, budget) {
      metrics.videos(totals.videos);
      const now = Date.now();
      const isSpent = budget?.reached !== undefined;
      current = updateWatchState(current, totals, now, { ...limits, minFilesForShare }, { mayStand: isSpent });
      const videos = fresh.map(({ video, record }) => freshVideo(video, record));
      const present = new Set(videos.map(({ id }) => id));
      for (const id of firstSeen.keys()) if (!present.has(id)) firstSeen.delete(id);
      const spent = isSpent ? budgetAlert(budget, now) : undefined;
      const alerts = [
        ...(spent ? [spent] : []),
        ...lateAlerts(videos, now, limits),
        ...libraryAlerts(current, totals, now, { ...limits, minFilesForShare }),
      ];
      if (sent.size > maxPastAlerts) {
        const lasting = new Set(alerts.map(({ id }) => id));
        for (const id of sent) if (!lasting.has(id)) sent.delete(id);
      }
      const unsent = alerts.filter(({ id }) => !sent.has(id));
      await forEachConcurrently(unsent, { concurrency: sendsAtATime }, async (alert) => {
        await send(await withTitle(alert));
        sent.add(alert.id);
      });
    },
  };
}
