import { minute } from './units.ts';
import type { Submission } from './video.ts';

/** Clocks differ, and schedules name lectures before they are held; what lies further ahead is a mistake. */
const maxAheadMs = 24 * 60 * minute;

/**
 * Whether a video goes before the backlog: it was recorded lately.
 *
 * @param now - milliseconds since the epoch
 */
export function isFresh(
  { recordedAt }: Pick<Submission, 'recordedAt'>,
  { freshWindowMs, now }: { readonly freshWindowMs: number; readonly now: number },
): boolean {
  const ageMs = recordedAt === undefined ? Number.NaN : now - Date.parse(recordedAt);
  return ageMs <= freshWindowMs && ageMs >= -maxAheadMs;
}
