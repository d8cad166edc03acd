import { backoffMs, jittered } from './waiting/backoff.ts';
import type { Failure, FailureCode } from './failure.ts';
import type { VideoReport } from './report/copy.ts';
import { sideInTrouble } from './settle.ts';
import { second } from './units.ts';
import { situationOf, stateOf } from './video.ts';
import type { NextLook, VideoRecord } from './video.ts';
import { destinationPlace } from './waiting/patience.ts';

/** What stays as it is until a person changes something: the source, an option, or the destination. */
const lasting: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'source.refused', 'source.too-large', 'store.conflict', 'store.key', 'key.conflict',
  'key.unusable', 'hls.cycle', 'hls.variables', 'hls.steering', 'hls.external', 'hls.interstitial', 'hls.dash',
  'hls.limit', 'catalogue.row', 'catalogue.duplicate', 'catalogue.rule', 'usage',
]); // prettier-ignore

const firstDistanceMs = 30 * second;

/** Whether time may mend a failure: an absent file, a server in trouble, a playlist that is written just now. */
export function mayMend({ code }: Pick<Failure, 'code'>): boolean {
  return !lasting.has(code);
}

/**
 * Plans when a video that failed is looked at again by itself: after half a minute, then after twice as long each time.
 * One that waits for a source or destination is looked at once that has come back, if this is sooner (`isLookDue`).
 *
 * @param options.longestMs - the longest distance between two looks
 * @param options.random - uniform in [0, 1), spreads the looks
 * @returns undefined for a video that has not failed, or whose failures all want a change
 */
export function planLook(
  record: VideoRecord,
  report: Pick<VideoReport, 'failures' | 'invalid' | 'playlistUrl'>,
  options: { readonly longestMs: number; readonly now: number; readonly random: () => number },
): NextLook | undefined {
  const mendable = failuresOf(record, report).filter(({ failure }) => mayMend(failure));
  if (mendable.length === 0) return undefined;
  const { count } = record.nextLook ?? { count: 0 };
  const distanceMs = backoffMs({ baseDelayMs: firstDistanceMs, maxDelayMs: options.longestMs }, count);
  const [waitsFor] = mendable.flatMap(placeInTrouble);
  return {
    count: count + 1,
    at: options.now + jittered(distanceMs, options.random),
    ...(waitsFor === undefined ? {} : { waitsFor }),
  };
}

/** A failure, and the URL of what could not be read. */
interface FailedRead {
  readonly url: string;
  readonly failure: Failure;
}

/** What keeps a video from being published. */
function failuresOf(
  record: VideoRecord,
  { failures, invalid, playlistUrl }: Pick<VideoReport, 'failures' | 'invalid' | 'playlistUrl'>,
): readonly FailedRead[] {
  const state = stateOf(record);
  if (state === 'invalid') return invalid ? [{ url: playlistUrl, failure: invalid }] : [];
  return state === 'incomplete' ? failures.filter(({ acceptedBecause }) => acceptedBecause === undefined) : [];
}

/** As of `NextLook.waitsFor`; empty where the failure is of no server in trouble. */
function placeInTrouble({ url, failure }: FailedRead): readonly string[] {
  const side = sideInTrouble(failure);
  if (side === undefined) return [];
  if (side === 'store') return [destinationPlace];
  const { protocol, host } = new URL(url);
  return [`${protocol}//${host}`];
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

/**
 * Whether the time of a video's next look has come. Only a failure that was announced has one that is its own.
 *
 * @param hasReturned - whether what a video waits for answers again
 */
export function isLookDue(record: VideoRecord, now: number, hasReturned: (place: string) => boolean): boolean {
  const at = nextLookAt(record);
  if (at === undefined) return false;
  if (stateOf(record) === 'live') return at <= now;
  if (record.announced !== situationOf(record)) return false;
  const waitsFor = record.nextLook?.waitsFor;
  return at <= now || (waitsFor !== undefined && hasReturned(waitsFor));
}
