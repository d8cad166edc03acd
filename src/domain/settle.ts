import { backoffMs, jittered } from './waiting/backoff.ts';
import type { Backoff } from './waiting/backoff.ts';
import type { BatchEnd, BatchJob } from './batch.ts';
import { chargeOf, failureWith } from './failure.ts';
import type { Failure, FailureCode } from './failure.ts';
import { indicesOf, toRanges } from './index-ranges.ts';
import type { IndexRanges } from './index-ranges.ts';
import type { Outcome } from './outcome.ts';
import type { Stall } from './waiting/patience.ts';
import { minute } from './units.ts';

/** Bounds of trying again. */
export interface RetryLimits extends Backoff {
  /** Tries that a file has in all. */
  readonly maxTries: number;
  /** Times in a row that a remainder may come back uncharged before that counts as a try too. */
  readonly maxWaits: number;
  /** How long files may still wait for what is down; with 0 they fail. Absent: as often as `maxWaits` allows. */
  readonly patienceLeftMs?: number;
}

/**
 * Three tries; delays of up to half a second, doubled each time, never above a minute. The waits last twelve minutes
 * at least, so that an origin may be away for ten and no file is charged.
 */
export const defaultRetryLimits: RetryLimits = { maxTries: 3, maxWaits: 30, baseDelayMs: 500, maxDelayMs: minute };

/**
 * Whether a batch or a crawl asks origins that were silent, too: while it is told to, or when it has waited so often that
 * its next wait counts as a try.
 */
export function mayInsist({ insistsUntil = 0, waits }: Stall & { readonly waits: number }, now: number): boolean {
  return now < insistsUntil || waits >= defaultRetryLimits.maxWaits;
}

/** Files that go out again, together. */
export interface Remainder {
  readonly files: IndexRanges;
  readonly tries: Readonly<Record<number, number>>;
  readonly waits: number;
  readonly delayMs: number;
  /** Their URLs have run out. */
  readonly renew: boolean;
  /** A worker died that had them: they are to share none with another batch. */
  readonly alone?: boolean;
  /** They wait for a source or destination that is down. */
  readonly stalled?: boolean;
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

/** What becomes of one file. Those of one fate go out again together, `halved` ones in two parts. */
type Fate = 'done' | 'failed' | 'open' | 'charged' | 'free' | 'stalled' | 'renewed' | 'unheard' | 'halved';

/**
 * Decides what becomes of each file of a batch.
 *
 * | outcome                               | fate                                              |
 * |---------------------------------------|---------------------------------------------------|
 * | copied, unchanged                     | done                                              |
 * | failed, charge `final`                | failed (a fresh video's 404 has its tries)        |
 * | failed, charge `try`                  | charged; failed when its tries are spent          |
 * | failed, charge `wait`                 | free; after `maxWaits` in a row like a `try`      |
 * | failed, charge `renew`                | charged, at once with a fresh URL                 |
 * | failed, charge `halt`                 | open, and the run halts                           |
 * | failed, charge `recrawl`              | open, and the video is crawled again              |
 * | failed by what is down as a whole, by | stalled: free, as for `wait`; failed when the     |
 * | a server that asks to come back later,| patience with it is over                          |
 * | or not asked for (`source.silent`)    |                                                   |
 * | none, any end but `worker-lost`       | unheard: free, at once                            |
 * | none for any file, not `stopped`      | free, as for `wait`: else it might go on for ever |
 * | none, `worker-lost`, the only such    | charged                                           |
 * | none, `worker-lost`, it had company   | free, in halves                                   |
 *
 * What a lost worker leaves goes out `alone`: where workers have several batches at a time, only then is the
 * next death the fault of that batch. No remainder goes out before the latest `Retry-After` of the batch is over.
 *
 * @param outcomes - at most one for each file; those of other files are ignored
 * @param random - uniform in [0, 1), spreads the delays
 */
export function settle(
  batch: BatchJob,
  outcomes: readonly Outcome[],
  end: BatchEnd,
  random: () => number,
  limits: RetryLimits = defaultRetryLimits,
): Settlement {
  const files = [...indicesOf(batch.files)];
  const heard = new Map<number, Outcome>();
  for (const outcome of outcomes) heard.set(outcome.index, outcome);
  const failures = failuresOf(files, heard, end);
  const met = [...failures.values()];
  const tried = (index: number): number => batch.tries[index] ?? 0;
  // Waits count in a row: where some files were served, the others have their turn soon.
  const waits = outcomes.some(({ kind }) => kind !== 'failed') ? 0 : batch.waits;

  const fates = Map.groupBy(files, (index): Fate => {
    const failure = failures.get(index);
    if (failure) return fateOf(failure, { isFresh: batch.fresh, waits, tries: tried(index), end, limits });
    if (heard.has(index)) return 'done';
    return end === 'worker-lost' ? 'halved' : 'unheard';
  });
  const having = (fate: Fate): readonly number[] => fates.get(fate) ?? [];

  const retryAfterMs = Math.max(0, ...met.map((failure) => failure.retryAfterMs ?? 0));
  const delayAfter = (others: number): number => jittered(backoffMs(limits, others), random);
  const alone = end === 'worker-lost' ? { alone: true } : {};
  const send = (
    indices: readonly number[],
    { charge = 0, waits: next = batch.waits, delayMs = 0, renew = false, stalled = false },
  ): Remainder[] => {
    if (indices.length === 0) return [];
    const tries = indices.map((index) => [index, tried(index) + charge] as const).filter(([, count]) => count > 0);
    return [
      {
        files: toRanges(indices),
        tries: Object.fromEntries(tries),
        waits: next,
        delayMs: Math.max(retryAfterMs, delayMs),
        renew,
        ...alone,
        ...(stalled ? { stalled } : {}),
      },
    ];
  };
  const mostTries = Math.max(0, ...having('charged').map(tried));
  const halved = having('halved');
  const middle = Math.ceil(halved.length / 2);

  const halt = met.find((failure) => chargeOf(failure) === 'halt');
  return {
    done: having('done'),
    failed: having('failed').flatMap((index) => {
      const failure = failures.get(index);
      return failure ? [{ index, failure }] : [];
    }),
    resend: [
      ...send(having('charged'), { charge: 1, waits: 0, delayMs: delayAfter(mostTries) }),
      ...send(having('free'), { waits: waits + 1, delayMs: delayAfter(waits) }),
      ...send(having('stalled'), {
        waits: waits + 1,
        delayMs: Math.min(delayAfter(waits), limits.patienceLeftMs ?? Infinity),
        stalled: true,
      }),
      ...send(having('renewed'), { charge: 1, waits: 0, renew: true }),
      ...send(having('unheard'), {}),
      ...send(halved.slice(0, middle), { delayMs: delayAfter(0) }),
      ...send(halved.slice(middle), { delayMs: delayAfter(0) }),
    ],
    recrawl: met.some((failure) => chargeOf(failure) === 'recrawl'),
    ...(halt ? { halt } : {}),
  };
}

/** What each file met that failed, and what silence means where it means a failure. */
function failuresOf(
  files: readonly number[],
  heard: ReadonlyMap<number, Outcome>,
  end: BatchEnd,
): ReadonlyMap<number, Failure> {
  const failures = new Map<number, Failure>();
  const silent: number[] = [];
  for (const index of files) {
    const outcome = heard.get(index);
    if (!outcome) silent.push(index);
    else if (outcome.kind === 'failed') failures.set(index, outcome.failure.failure);
  }
  if (end === 'worker-lost' && silent.length === 1) {
    for (const index of silent)
      failures.set(index, failureWith('worker.lost', 'the worker died when it had this file, and only this file'));
  }
  if ((end === 'finished' || end === 'origin-down' || end === 'store-down') && silent.length === files.length) {
    for (const index of silent)
      failures.set(index, failureWith('aborted', 'the worker ended without a word about any of its files'));
  }
  return failures;
}

interface Circumstances {
  readonly isFresh: boolean;
  /** In a row. */
  readonly waits: number;
  readonly tries: number;
  readonly end: BatchEnd;
  readonly limits: RetryLimits;
}

function fateOf(failure: Failure, { isFresh, waits, tries, end, limits }: Circumstances): Fate {
  const charged = tries + 1 < limits.maxTries ? 'charged' : 'failed';
  const mayWait = waits < limits.maxWaits;
  const stalled = limits.patienceLeftMs === 0 ? 'failed' : mayWait ? 'stalled' : charged;
  switch (chargeOf(failure)) {
    case 'halt':
    case 'recrawl':
      return 'open';
    case 'final':
      return failure.code === 'source.not-found' && isFresh ? charged : 'failed';
    case 'renew':
      return charged === 'failed' ? 'failed' : 'renewed';
    case 'wait':
      if (failure.code === 'source.silent' || isThrottle(failure)) return stalled;
      return mayWait ? 'free' : charged;
    case 'try':
      return end === downBy[sideInTrouble(failure) ?? 'none'] ? stalled : charged;
  }
}

const downBy = { source: 'origin-down', store: 'store-down', none: undefined } as const;

const silences: Partial<Record<FailureCode, 'source' | 'store'>> = {
  'source.unreachable': 'source',
  'source.host-unknown': 'source',
  'source.timeout': 'source',
  'source.silent': 'source',
  'store.unreachable': 'store',
  'store.timeout': 'store',
};

const serverErrors: Partial<Record<FailureCode, 'source' | 'store'>> = {
  'source.status': 'source',
  'store.status': 'store',
};

/**
 * The side that gave no answer, or one that says that it is in trouble itself (RFC 9110 section 15.6). That may be because
 * of the file, or so for every file there. undefined for any other failure.
 */
export function sideInTrouble(failure: Failure): 'source' | 'store' | undefined {
  return silences[failure.code] ?? (hasServerError(failure) ? serverErrors[failure.code] : undefined);
}

/** Whether the answer was a server error: the server is there, so that it is likely to recover soon. */
export function hasServerError({ status = 0 }: Failure): boolean {
  return status >= 500;
}

/** Whether a source or store asks to come back later, be it for good: it may be down, or never serve this file. */
export function isThrottle(failure: Failure): boolean {
  const isOfServer = failure.status === 429 || hasServerError(failure);
  return isOfServer && /^(?:source|store)\./.test(failure.code) && chargeOf(failure) === 'wait';
}

/** How long a server has asked to be left alone. 0: it did not say. */
export function askedForMs(failure: Failure): number {
  return isThrottle(failure) ? (failure.retryAfterMs ?? 0) : 0;
}
