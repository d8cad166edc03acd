import { createHash } from 'node:crypto';
import { formatCounted, formatDollars } from './amount-text.ts';
import type { BudgetReport } from '../cost/budget.ts';
import type { Failure } from '../failure.ts';
import type { VideoReport } from './copy.ts';
import type { VideoId, VideoState } from '../video.ts';

/** The kinds of alerts, for people who are not watching. */
export const alertTypes = [
  'complete',
  'incomplete',
  'fresh-late',
  'stalled',
  'failure-share',
  'scan-failed',
  'halted',
  'budget-spent',
  'alerts-left-out',
] as const;

/** One of `alertTypes`. */
export type AlertType = (typeof alertTypes)[number];

/** One message, as it is sent: pure JSON. */
export interface Alert {
  readonly format: 1;
  /** The same for the same situation, so that it is told of once: 32 lower-case hex digits. */
  readonly id: string;
  readonly type: AlertType;
  /** ISO 8601 instant. */
  readonly at: string;
  /** One line for people. */
  readonly message: string;
  /** Of an alert about one video. */
  readonly video?: Pick<VideoReport, 'id' | 'title' | 'state' | 'files'> & {
    /** Where a player begins; absent before it is published. */
    readonly destinationUrl?: string;
  };
  /** What went wrong, where that was one thing. */
  readonly failure?: Failure;
}

/** The fields that depend on the kind of alert. */
type AlertContent = Pick<Alert, 'message' | 'video' | 'failure'>;

/** @param situation - what tells this situation from an earlier one of the same type */
function alertOf(type: AlertType, situation: readonly string[], now: number, told: AlertContent): Alert {
  const id = createHash('sha256')
    .update(JSON.stringify([type, ...situation]))
    .digest('hex')
    .slice(0, 32);
  return { format: 1, id, type, at: new Date(now).toISOString(), ...told };
}

/**
 * The alert about a video that has come to rest.
 *
 * | state                                  | alert      |
 * |----------------------------------------|------------|
 * | published                              | complete   |
 * | incomplete, invalid                    | incomplete |
 * | paused, cancelled: somebody knows      | none       |
 * | waiting, copying, publishing: no rest  | none       |
 *
 * @param situation - as `situationOf` names it
 * @param now - milliseconds since the epoch; as for all alerts
 */
export function videoAlert(
  report: Pick<VideoReport, 'id' | 'title' | 'state' | 'files' | 'failures' | 'invalid'>,
  situation: string,
  now: number,
  destinationUrl?: string,
): Alert | undefined {
  const { id, title, state, files, invalid } = report;
  const video = {
    id,
    ...(title === undefined ? {} : { title }),
    state,
    files,
    ...(destinationUrl === undefined ? {} : { destinationUrl }),
  };
  if (state === 'published') {
    const without = files.accepted > 0 ? `, without ${files.accepted} that were accepted as missing` : '';
    const message = `${id} is published: ${files.done} of ${files.total} files${without}`;
    return alertOf('complete', [id, situation], now, { message, video });
  }
  if (state === 'invalid' && invalid) {
    const message = `${id} cannot be copied: ${invalid.message}`;
    return alertOf('incomplete', [id, situation], now, { message, video, failure: invalid });
  }
  if (state !== 'incomplete') return undefined;
  const failure = report.failures.find(({ acceptedBecause }) => acceptedBecause === undefined)?.failure;
  const open = files.failed - files.accepted;
  const message = `${id} is incomplete: ${open} of ${files.total} files failed${failure ? `, one of them: ${failure.message}` : ''}`;
  return alertOf('incomplete', [id, situation], now, { message, video, ...(failure ? { failure } : {}) });
}

/** The alert that no more is begun, as the budget is spent: once for each budget. */
export function budgetAlert({ budget, spent, reached }: BudgetReport, now: number): Alert | undefined {
  if (reached === undefined) return undefined;
  const message = `the budget is spent (${reached}), after ${formatCounted(spent.files, 'file')}, ${spent.bytes} bytes and ${formatDollars(spent.dollars)}: no new work starts until it is raised`;
  return alertOf('budget-spent', [reached, String(budget[reached])], now, { message });
}

/** A fresh video as far as being late goes. */
export interface FreshVideo {
  readonly id: VideoId;
  readonly state: VideoState;
  readonly files: VideoReport['files'];
  /** When it was first seen: milliseconds since the epoch. */
  readonly since: number;
}

/** Limits beyond which an alert is raised. */
export interface AlertLimits {
  /** A fresh video is to be published within this time. */
  readonly freshLateMs: number;
  /** Nothing has moved for this long though there is work. */
  readonly stalledMs: number;
  /** Of the files that came to their end, from 0 to 1. */
  readonly failureShare: number;
  /** So many files at least, before their share says anything. */
  readonly minFilesForShare: number;
}

const underWay: readonly VideoState[] = ['waiting', 'copying', 'publishing'];

/**
 * Alerts about fresh videos that should be published by now, one for each.
 *
 * | state                                       | late | alert      |
 * |---------------------------------------------|------|------------|
 * | waiting, copying, publishing                | yes  | fresh-late |
 * | the same                                    | no   | none       |
 * | at rest: published, or told of as that      | any  | none       |
 */
export function lateAlerts(
  videos: readonly FreshVideo[],
  now: number,
  { freshLateMs }: Pick<AlertLimits, 'freshLateMs'>,
): readonly Alert[] {
  return videos
    .filter(({ state, since }) => underWay.includes(state) && now - since > freshLateMs)
    .map(({ since, ...video }) => {
      const { id, state, files } = video;
      const message = `${id} is ${state} after ${minutesOf(now - since)}, ${files.done} of ${files.total} files done`;
      return alertOf('fresh-late', [id, String(since)], now, { message, video });
    });
}

/** The alert about a catalogue that cannot be read. @param since - when the first reading in a row failed, in milliseconds since the epoch */
export function scanAlert(catalogue: string, failure: Failure, since: number, now: number): Alert {
  const message = `the catalogue ${catalogue} cannot be used: ${failure.message}`;
  return alertOf('scan-failed', [catalogue, failure.code, String(since)], now, { message, failure });
}

/** The alert about a part of the cluster that takes no work. @param since - when it halted, in milliseconds since the epoch */
export function haltAlert(role: string, failure: Failure, since: number, now: number): Alert {
  const message = `the ${role} cannot continue: ${failure.message}`;
  return alertOf('halted', [role, failure.code, String(since)], now, { message, failure });
}

/**
 * The alert that others are not sent, as so many wait for their receiver.
 *
 * @param since - when what it tells of began, in milliseconds since the epoch
 */
export function leftOutAlert(waiting: number, since: number, now: number): Alert {
  const message = `${formatCounted(waiting, 'alert')} wait for the webhook, so others are left out: flants status and flants videos tell all`;
  return alertOf('alerts-left-out', [String(since)], now, { message });
}

/** How a library stands at one instant. */
export interface LibrarySnapshot {
  readonly videos: Readonly<Record<VideoState, number>>;
  readonly files: VideoReport['files'];
}

/** What is remembered from one pass over a library to the next. */
export interface WatchState {
  /** What moves when anything does. */
  readonly moving: string;
  /** When it moved last, in milliseconds since the epoch. */
  readonly movedAt: number;
  /** Since when too many files fail; absent while they do not. */
  readonly failingSince?: number;
}

/**
 * Looks at a library again.
 *
 * | share of failed files           | before  | since then |
 * |---------------------------------|---------|------------|
 * | above the limit                 | any     | failing    |
 * | above half of the limit         | failing | failing    |
 * | otherwise, or too few files     | any     | not        |
 *
 * The gap between the two bounds keeps a share that swings about the limit from being told of again and again.
 *
 * @param before - absent at the first look
 * @param options.mayStand - somebody wants nothing to move, as the budget is spent
 */
export function updateWatchState(
  before: WatchState | undefined,
  snapshot: LibrarySnapshot,
  now: number,
  limits: Pick<AlertLimits, 'failureShare' | 'minFilesForShare'>,
  { mayStand = false }: { readonly mayStand?: boolean } = {},
): WatchState {
  const moving = JSON.stringify([snapshot.videos, snapshot.files]);
  const hasWork = underWay.some((state) => snapshot.videos[state] > 0);
  const stands = before?.moving === moving && hasWork && !mayStand;
  const wasFailing = before?.failingSince !== undefined;
  const isFailing = shareOf(snapshot, limits) > limits.failureShare * (wasFailing ? 0.5 : 1);
  return {
    moving,
    movedAt: stands ? before.movedAt : now,
    ...(isFailing ? { failingSince: before?.failingSince ?? now } : {}),
  };
}

/**
 * The alerts about a library as a whole. A standstill and a high share are told of once each, until they have ended:
 * their ids name when they began.
 *
 * | what the state says                          | alert         |
 * |----------------------------------------------|---------------|
 * | videos under way, nothing moved for too long | stalled       |
 * | too many files fail                          | failure-share |
 */
export function libraryAlerts(
  { movedAt, failingSince }: WatchState,
  snapshot: LibrarySnapshot,
  now: number,
  limits: AlertLimits,
): readonly Alert[] {
  const waiting = underWay.reduce((sum, state) => sum + snapshot.videos[state], 0);
  const alerts: Alert[] = [];
  if (waiting > 0 && now - movedAt >= limits.stalledMs) {
    const message = `nothing has moved for ${minutesOf(now - movedAt)}, with ${waiting} ${waiting === 1 ? 'video' : 'videos'} under way`;
    alerts.push(alertOf('stalled', [String(movedAt)], now, { message }));
  }
  if (failingSince !== undefined) {
    const percent = Math.round(shareOf(snapshot, limits) * 1_000) / 10;
    const message = `${percent} % of the files fail: ${openFailures(snapshot)} of ${settled(snapshot)}`;
    alerts.push(alertOf('failure-share', [String(failingSince)], now, { message }));
  }
  return alerts;
}

/** 0 where there are too few files to tell. */
function shareOf(snapshot: LibrarySnapshot, { minFilesForShare }: Pick<AlertLimits, 'minFilesForShare'>): number {
  const all = settled(snapshot);
  return all < Math.max(1, minFilesForShare) ? 0 : openFailures(snapshot) / all;
}

function settled({ files }: LibrarySnapshot): number {
  return files.done + files.failed;
}

/** Accepted ones are nobody's worry any more. */
function openFailures({ files }: LibrarySnapshot): number {
  return files.failed - files.accepted;
}

function minutesOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
