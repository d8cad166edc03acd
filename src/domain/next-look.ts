import { backoffMs, jittered } from './waiting/backoff.ts';
import type { Failure, FailureCode } from './failure.ts';
import type { VideoReport } from './report/copy.ts';
import { second } from './units.ts';
import { situationOf, stateOf } from './video.ts';
import type { NextLook, VideoRecord } from './video.ts';

/** What stays as it is until a person changes something: the source, an option, or the destination. */
const lasting: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'source.refused', 'source.too-large', 'store.conflict', 'store.key', 'key.conflict',
  'key.unusable', 'hls.cycle', 'hls.variables', 'hls.external', 'hls.interstitial', 'hls.dash',
  'hls.limit', 'catalogue.row', 'catalogue.duplicate', 'catalogue.rule', 'usage',
]); // prettier-ignore

const firstDistanceMs = 30 * second;

/** Whether time may mend a failure: an absent file, a server in trouble, a playlist that is written just now. */
export function mayMend({ code }: Pick<Failure, 'code'>): boolean {
  return !lasting.has(code);
}

/**
 * Plans when a video that failed is looked at again by itself: after half a minute, then after twice as long each time.
 *
 * @param options.longestMs - the longest distance between two looks
 * @param options.random - uniform in [0, 1), spreads the looks
 * @returns undefined for a video that has not failed, or whose failures all want a change
 */
export function planLook(
  record: VideoRecord,
  { failures, invalid }: Pick<VideoReport, 'failures' | 'invalid'>,
  options: { readonly longestMs: number; readonly now: number; readonly random: () => number },
): NextLook | undefined {
  const state = stateOf(record);
  const isMendable =
    state === 'invalid'
      ? invalid !== undefined && mayMend(invalid)
      : state === 'incomplete' &&
        failures.some(({ failure, acceptedBecause }) => acceptedBecause === undefined && mayMend(failure));
  if (!isMendable) return undefined;
  const { count } = record.nextLook ?? { count: 0 };
  const distanceMs = backoffMs({ baseDelayMs: firstDistanceMs, maxDelayMs: options.longestMs }, count);
  return { count: count + 1, at: options.now + jittered(distanceMs, options.random) };
}

/** When a video is looked at again without anybody's asking. Undefined if nobody will, or it is under way. */
export function nextLookAt(record: VideoRecord): number | undefined {
  return stateOf(record) === 'live' ? record.live?.nextLookAt : isResting(record) ? record.nextLook?.at : undefined;
}

/** Whether a video has failed and nothing is under way for it. */
function isResting(record: VideoRecord): boolean {
  const state = stateOf(record);
  return state === 'invalid' || state === 'incomplete';
}

/** Whether the time of a video's next look has come. Only a failure that was announced has one that is its own. */
export function isLookDue(record: VideoRecord, now: number): boolean {
  const at = nextLookAt(record);
  const isOwn = stateOf(record) === 'live' || record.announced === situationOf(record);
  return at !== undefined && isOwn && at <= now;
}
