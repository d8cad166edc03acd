import { randomUUID } from 'node:crypto';
import { budgetReportOf, limitReached, mayBegin, spentOf } from '../../domain/cost/budget.ts';
import type { BudgetReport, SpendingTerms } from '../../domain/cost/budget.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { second } from '../../domain/units.ts';
import type { Postponed } from '../../engine/context.ts';
import { repeat } from '../../engine/repeat.ts';
import type { Journal } from '../../journal/journal.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { addSpending } from '../../redis/spending/add.ts';
import { beginSpending } from '../../redis/spending/begin.ts';
import { readSpending } from '../../redis/spending/read.ts';
import type { SpendingKeys, SpendingState } from '../../redis/spending/read.ts';
import { restoreSpending } from '../../redis/spending/restore.ts';
import type { KeptSpending } from '../../redis/spending/restore.ts';
import { spentBy } from '../count-spending.ts';
import type { FetchedAndWritten } from '../count-spending.ts';

/** How long a process waits before it asks again whether a batch or crawl may begin. */
export const spendingPauses = { spentMs: 5 * second, likelySpentMs: second } as const;

const settingName = 'spending';
/** What batches of a process that is not heard of have under way counts for this long. */
const lifetimeMs = 30 * second;
const signEveryMs = lifetimeMs / 3;
const lookEveryMs = second;

/** A batch of the queue, by the id of its job. */
export interface SpendingBatch {
  readonly id: string;
  readonly files: number;
}

/** What a batch has come to. */
export interface BatchSpending {
  /** Outcomes of this delivery. */
  readonly outcomes: readonly Outcome[];
  /** Those of earlier ones, found in the journal. */
  readonly known: readonly Outcome[];
}

/**
 * What a cluster may spend, and has spent: summed in Redis over all processes, and kept in the journal, from which a Redis
 * that has lost its memory is told again. A batch counts once, when it has ended; one whose process was killed counts when
 * it is delivered again, with the files of which the journal has evidence.
 */
export interface ClusterSpending {
  /** Undefined where nobody wants to know. */
  report(): Promise<BudgetReport | undefined>;
  /** Whether a limit was reached a second ago. */
  isSpent(): Promise<boolean>;
  /** Whether a batch may begin now. If so, it is under way until `ended`. If not, after which time to ask again. */
  begin(batch: SpendingBatch): Promise<Postponed>;
  ended(batch: SpendingBatch, spent: BatchSpending): Promise<void>;
  /** Requests other than those of batches have written an object. */
  wrote(puts: number): void;
  /** Before a batch ends, what functions have cost is to be added. */
  onEnd(addCosts: () => Promise<void>): void;
  /** Sets the terms for all processes. Undefined: nothing is counted from now on. */
  setTerms(terms: SpendingTerms | undefined): Promise<void>;
  /** Sets the terms, unless somebody has set any, or none. */
  offerTerms(terms: SpendingTerms): Promise<void>;
  /** Keeps what was spent in the journal. */
  keep(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens it. Nothing is asked before somebody calls. */
export function openSpending(
  redis: Pick<RedisClient, 'eval' | 'hset' | 'hsetnx' | 'hdel' | 'status'>,
  keys: SpendingKeys,
  journal: Pick<Journal, 'setting' | 'setSetting'>,
): ClusterSpending {
  const process = randomUUID();
  /** Batches under way here, and whether an earlier delivery of each has not told its end. */
  const underWay = new Map<string, { readonly files: number; readonly isAgain: boolean }>();
  let sequence = 0;
  let puts = 0;
  /** Functions write by themselves, and what they cost has their PUTs in it. */
  let addCosts: (() => Promise<void>) | undefined;
  let seen: { readonly at: number; readonly state: Promise<SpendingState> } | undefined;
  let kept = '';

  const restore = async (): Promise<void> =>
    restoreSpending(redis, keys, (await journal.setting(settingName)) as KeptSpending | undefined);
  const read = async (): Promise<SpendingState> => {
    for (;;) {
      const state = await readSpending(redis, keys);
      if (state) return state;
      await restore();
    }
  };
  const readLately = (): Promise<SpendingState> => {
    const now = performance.now();
    if (seen && now - seen.at < lookEveryMs) return seen.state;
    const state = read();
    seen = { at: now, state };
    state.catch(() => (seen = undefined));
    return state;
  };
  const isReached = ({ facts, terms }: SpendingState): boolean =>
    terms !== undefined && limitReached(terms.budget, spentOf(facts, terms)) !== undefined;
  const filesUnderWay = (): number => [...underWay.values()].reduce((sum, { files }) => sum + files, 0);

  const add = async (spent: FetchedAndWritten, batch?: string): Promise<void> => {
    sequence += 1;
    const addition = { process, sequence, filesUnderWay: filesUnderWay(), lifetimeMs, ...spent };
    while (!(await addSpending(redis, keys, batch === undefined ? addition : { ...addition, batch }))) await restore();
  };
  const begin = async (batch: SpendingBatch): Promise<Postponed> => {
    for (;;) {
      const state = await read();
      if (!state.terms) return undefined;
      if (isReached(state)) return { againAfterMs: spendingPauses.spentMs };
      if (!mayBegin(state.terms.budget, spentOf(state.facts, state.terms), state.filesUnderWay)) {
        return { againAfterMs: spendingPauses.likelySpentMs };
      }
      const began = await beginSpending(redis, keys, {
        begins: state.begins,
        batch: batch.id,
        process,
        filesUnderWay: filesUnderWay() + batch.files,
        lifetimeMs,
      });
      if (began === 'outrun') continue;
      underWay.set(batch.id, { files: batch.files, isAgain: began === 'again' });
      return undefined;
    }
  };
  const flush = async (): Promise<void> => {
    const written = puts;
    puts = 0;
    await add({ files: 0, bytes: 0, puts: written });
  };

  // One after the other: each tells all that is under way here.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
  const stopSigning = repeat(signEveryMs, async () => {
    if (underWay.size > 0 || puts > 0) await inTurn(flush);
  });

  return {
    async report() {
      const { facts, terms } = await read();
      return terms && budgetReportOf(facts, terms);
    },
    isSpent: async () => isReached(await readLately()),
    async begin(batch) {
      // Most clusters have no budget, and are asked no more than once a second.
      return (await readLately()).terms ? inTurn(() => begin(batch)) : undefined;
    },
    async ended({ id }, { outcomes, known }) {
      const begun = underWay.get(id);
      if (!begun) return;
      await addCosts?.();
      const spent = spentBy(begun.isAgain ? [...known, ...outcomes] : outcomes);
      await inTurn(() => {
        underWay.delete(id);
        return add(addCosts ? { ...spent, puts: 0 } : spent, id);
      });
    },
    wrote: (count) => void (puts += count),
    onEnd: (addTheirs) => void (addCosts = addTheirs),
    async setTerms(terms) {
      await read();
      await redis.hset(keys.spent, 'terms', JSON.stringify(terms ?? null));
      seen = undefined;
      await this.keep();
    },
    async offerTerms(terms) {
      await read();
      await redis.hsetnx(keys.spent, 'terms', JSON.stringify(terms));
      seen = undefined;
    },
    async keep() {
      const { facts, terms } = await read();
      const keeping: KeptSpending = { facts, ...(terms ? { terms } : {}) };
      const text = JSON.stringify(keeping);
      if (text === kept) return;
      // A library that was never told of a budget keeps nothing.
      if (terms || (await journal.setting(settingName)) !== undefined) await journal.setSetting(settingName, keeping);
      kept = text;
    },
    async stop() {
      stopSigning();
      // A server that is away would be waited for.
      if (redis.status !== 'ready') return;
      if (puts > 0) await inTurn(flush).catch(() => undefined);
      await redis.hdel(keys.spenders, process).catch(() => undefined);
    },
  };
}
