import type { BatchEnd, BatchJob } from './batch.ts';
import { chargeOf, failureWith } from './failure.ts';
import type { Failure } from './failure.ts';
import { indicesOf, toRanges } from './index-ranges.ts';
import type { IndexRanges } from './index-ranges.ts';
import type { Outcome } from './outcome.ts';

/** Bounds of trying again. */
export interface RetryLimits {
  /** Tries that a file has in all. */
  readonly maxTries: number;
  /** Times in a row that a remainder may come back uncharged before that counts as a try too. */
  readonly maxWaits: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** Three tries, as in the article; delays from half a second, doubled, up to a minute. */
export const defaultRetryLimits: RetryLimits = { maxTries: 3, maxWaits: 15, baseDelayMs: 500, maxDelayMs: 60_000 };

/** Files that go out again, together. */
export interface Remainder {
  readonly files: IndexRanges;
  readonly tries: Readonly<Record<number, number>>;
  readonly waits: number;
  readonly delayMs: number;
  /** Their URLs have run out. */
  readonly renew: boolean;
}

/** What a batch comes to. */
export interface Settlement {
  readonly done: readonly number[];
  /** Failed for good. */
  readonly failed: readonly { readonly index: number; readonly failure: Failure }[];
  readonly resend: readonly Remainder[];
  /** The run cannot go on. */
  readonly halt?: Failure;
  /** The source has changed under the plan. */
  readonly recrawl: boolean;
}

/** Fates of one file, before files that share a fate are sent together. */
type Fate = 'final' | 'charged' | 'free' | 'renew' | 'dropped';

/**
 * Decides what becomes of each file of a batch. Design rule 9.
 *
 * | outcome                               | fate                                        |
 * |---------------------------------------|---------------------------------------------|
 * | copied, unchanged                     | done                                        |
 * | failed, charge `final`                | failed (a fresh video's 404 has its tries)  |
 * | failed, charge `try`                  | charged; failed when its tries are spent    |
 * | failed, charge `wait`                 | free; after `maxWaits` charged like a try   |
 * | failed, charge `renew`                | once, with a fresh URL; then failed         |
 * | failed, charge `halt`                 | open, and the run halts                     |
 * | failed, charge `recrawl`              | open, and the video is crawled again        |
 * | every file unreachable, two or more   | the origin is down: free                    |
 * | none, `finished` or `stopped`         | free, at once                               |
 * | none, `worker-lost`, it was alone     | charged                                     |
 * | none, `worker-lost`, it had company   | free, in halves                             |
 *
 * @param random - uniform in [0, 1), spreads the delays
 */
export function settle(
  batch: BatchJob,
  outcomes: readonly Outcome[],
  end: BatchEnd,
  random: () => number,
  limits: RetryLimits = defaultRetryLimits,
): Settlement {
  const byIndex = new Map(outcomes.map((outcome) => [outcome.index, outcome]));
  const tried = (index: number): number => batch.tries[index] ?? 0;
  const originDown = isOriginDown(outcomes);
  const done: number[] = [];
  const failed: { index: number; failure: Failure }[] = [];
  const silent: number[] = [];
  const again: Record<'charged' | 'free' | 'renew', number[]> = { charged: [], free: [], renew: [] };
  let retryAfterMs = 0;
  let halt: Failure | undefined;
  let recrawl = false;

  for (const index of indicesOf(batch.files)) {
    const outcome = byIndex.get(index);
    if (!outcome) {
      silent.push(index);
      continue;
    }
    if (outcome.kind !== 'failed') {
      done.push(index);
      continue;
    }
    const { failure } = outcome.failure;
    const charge = chargeOf(failure);
    if (charge === 'halt') halt ??= failure;
    if (charge === 'recrawl') recrawl = true;
    retryAfterMs = Math.max(retryAfterMs, failure.retryAfterMs ?? 0);
    const fate = fateOf(failure, { batch, tries: tried(index), originDown, limits });
    if (fate === 'final') failed.push({ index, failure });
    else if (fate !== 'dropped') again[fate].push(index);
  }

  const delay = (step: number): number =>
    Math.max(retryAfterMs, jittered(Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** step), random));
  const remainder = (indices: readonly number[], charge: 0 | 1, waits: number, delayMs: number, renew = false): Remainder => ({
    files: toRanges(indices),
    tries: Object.fromEntries(
      indices.flatMap((index) => (tried(index) + charge > 0 ? [[index, tried(index) + charge]] : [])),
    ),
    waits,
    delayMs,
    renew,
  });
  const resend: Remainder[] = [];
  if (again.charged.length > 0) {
    const most = Math.max(...again.charged.map(tried));
    resend.push(remainder(again.charged, 1, 0, delay(most)));
  }
  if (again.free.length > 0) resend.push(remainder(again.free, 0, batch.waits + 1, delay(batch.waits)));
  if (again.renew.length > 0) resend.push(remainder(again.renew, 1, 0, 0, true));

  if (end !== 'worker-lost') {
    if (silent.length > 0) resend.push(remainder(silent, 0, batch.waits, 0));
  } else if (silent.length === 1) {
    const [index] = silent as [number];
    const failure = failureWith('worker.lost', 'the worker died each time it had this file, and only this file');
    if (tried(index) + 1 >= limits.maxTries) failed.push({ index, failure });
    else resend.push(remainder(silent, 1, 0, delay(tried(index))));
  } else if (silent.length > 1) {
    const middle = Math.ceil(silent.length / 2);
    for (const half of [silent.slice(0, middle), silent.slice(middle)]) {
      resend.push(remainder(half, 0, batch.waits, delay(0)));
    }
  }
  return { done, failed, resend, recrawl, ...(halt ? { halt } : {}) };
}

interface Circumstances {
  readonly batch: BatchJob;
  readonly tries: number;
  readonly originDown: boolean;
  readonly limits: RetryLimits;
}

function fateOf(failure: Failure, { batch, tries, originDown, limits }: Circumstances): Fate {
  const lastTry = tries + 1 >= limits.maxTries;
  switch (chargeOf(failure)) {
    case 'halt':
    case 'recrawl':
      return 'dropped';
    case 'final':
      return failure.code === 'source.not-found' && batch.fresh && !lastTry ? 'charged' : 'final';
    case 'renew':
      return tries === 0 ? 'renew' : 'final';
    case 'wait':
      if (batch.waits < limits.maxWaits) return 'free';
      return lastTry ? 'final' : 'charged';
    case 'try':
      if (originDown && batch.waits < limits.maxWaits) return 'free';
      return lastTry ? 'final' : 'charged';
  }
}

/** Nothing of two or more files got through and no answer came for any of them. */
function isOriginDown(outcomes: readonly Outcome[]): boolean {
  return (
    outcomes.length > 1 &&
    outcomes.every(
      (outcome) =>
        outcome.kind === 'failed' &&
        (outcome.failure.failure.code === 'source.unreachable' || outcome.failure.failure.code === 'source.timeout'),
    )
  );
}

function jittered(delayMs: number, random: () => number): number {
  return Math.round(delayMs * (0.5 + random()));
}
