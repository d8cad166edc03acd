import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpending } from '../../src/app/cluster/spending.ts';
import type { BatchSpending, ClusterSpending } from '../../src/app/cluster/spending.ts';
import type { SpendingTerms } from '../../src/domain/cost/budget.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { addSpending } from '../../src/redis/spending/add.ts';
import { readSpending } from '../../src/redis/spending/read.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

const names = redisNames('library');
const terms: SpendingTerms = { budget: { files: 100 }, egressPrice: 1, thousandPuts: 0.005, pricesAt: '2026-11-29' };

function written(count: number): readonly Outcome[] {
  const evidence = { proof: 'written', sizeBytes: 1_000 };
  return Array.from({ length: count }, (_, index) => ({ index, kind: 'copied', evidence }) as Outcome);
}

const spent = (files: number, known = 0): BatchSpending => ({ outcomes: written(files), known: written(known) });

// Without it: apt-get install redis-server.
describe.skipIf(!hasRedis)('what a cluster spends', () => {
  let server: RedisServer;
  let redis: RedisClient;
  let journal: MemoryJournal;
  let open: ClusterSpending[];
  beforeEach(async () => {
    open = [];
    server = await startRedis();
    redis = connectRedis({ url: server.url }, () => {});
    journal = new MemoryJournal();
  });
  afterEach(async () => {
    for (const each of open) await each.stop();
    redis.disconnect();
    await server.stop();
  });

  /** As each process of a cluster has it. */
  const process = (): ClusterSpending => {
    const opened = openSpending(redis, names, journal);
    open.push(opened);
    return opened;
  };
  const filesOf = async (of: ClusterSpending): Promise<number | undefined> => (await of.report())?.spent.files;

  it('is not asked for, and not counted, where nobody set a budget', async () => {
    const one = process();
    expect(await one.begin({ id: 'a', files: 100 })).toBeUndefined();
    await one.ended({ id: 'a', files: 100 }, spent(100));
    expect(await one.report()).toBeUndefined();
    await one.keep();
    expect(await journal.setting('spending')).toBeUndefined();
  });

  it('goes over the budget by less than a batch, however many processes begin at once', async () => {
    const all = Array.from({ length: 6 }, process);
    await all[0]?.setTerms(terms);
    const batches = all.flatMap((each, number) => [1, 2, 3].map((turn) => ({ each, id: `${number}/${turn}` })));
    const begun = await Promise.all(
      batches.map(async (batch) => ({ ...batch, answer: await batch.each.begin({ id: batch.id, files: 30 }) })),
    );
    const admitted = begun.filter(({ answer }) => answer === undefined);
    expect(admitted).toHaveLength(4);
    for (const { each, id } of admitted) await each.ended({ id, files: 30 }, spent(30));
    const [one = process()] = all;
    expect(await one.report()).toMatchObject({ reached: 'files', spent: { files: 120, bytes: 120_000 } });
    expect(await one.begin({ id: 'more', files: 1 })).toEqual({ againAfterMs: 5_000 });
    await one.setTerms({ ...terms, budget: { files: 200 } });
    expect(await one.begin({ id: 'more', files: 1 })).toBeUndefined();
  });

  it('counts a batch whose process died when another takes it up, and what its evidence tells', async () => {
    const [dead, heir] = [process(), process()];
    // What the dead one has under way counts for a while yet.
    await dead.setTerms({ ...terms, budget: { files: 1_000 } });
    await dead.begin({ id: 'a', files: 50 });
    await heir.begin({ id: 'a', files: 50 });
    await heir.ended({ id: 'a', files: 50 }, spent(20, 30));
    expect(await filesOf(heir)).toBe(50);
    // What an earlier batch has copied was counted with that.
    await heir.begin({ id: 'b', files: 40 });
    await heir.ended({ id: 'b', files: 40 }, spent(10, 30));
    expect(await filesOf(heir)).toBe(60);
  });

  it('counts an addition once that is sent again after a lost answer', async () => {
    const one = process();
    await one.setTerms(terms);
    const addition = { process: 'p', filesUnderWay: 0, lifetimeMs: 1_000, files: 7, bytes: 70, puts: 7 };
    for (const sequence of [1, 1, 2, 1]) await addSpending(redis, names, { ...addition, sequence });
    expect((await readSpending(redis, names))?.facts).toMatchObject({ files: 14, bytes: 140, puts: 14 });
  });

  it('outlives a Redis that loses everything, batches under way among it', async () => {
    const one = process();
    await redis.hset(names.functions, 'dollars', '3');
    await one.setTerms(terms);
    await one.begin({ id: 'a', files: 50 });
    await one.ended({ id: 'a', files: 50 }, spent(50));
    await redis.hset(names.functions, 'dollars', '5');
    await one.keep();
    const before = await one.report();
    // Functions of the time before anybody wanted to know do not count.
    expect(before?.spent.dollars).toBeCloseTo(2 + 0.000_05 + 0.000_25);
    await one.begin({ id: 'b', files: 40 });
    await redis.flushall();
    await one.ended({ id: 'b', files: 40 }, spent(40));
    const other = process();
    expect((await other.report())?.spent.files).toBe(90);
    expect((await other.report())?.spent.dollars).toBeCloseTo((before?.spent.dollars ?? 0) + 0.000_24);
    expect(await other.begin({ id: 'c', files: 30 })).toBeUndefined();
    expect(await one.begin({ id: 'd', files: 30 })).toEqual({ againAfterMs: 1_000 });
  });

  it('is bounded by what was set, not by what is offered', async () => {
    const one = process();
    await one.offerTerms(terms);
    await one.offerTerms({ ...terms, budget: { files: 1 } });
    expect((await one.report())?.budget).toEqual({ files: 100 });
    await one.keep();
    await one.setTerms(undefined);
    expect(await one.report()).toBeUndefined();
    await one.offerTerms(terms);
    expect(await process().report()).toBeUndefined();
    await redis.flushall();
    await process().offerTerms(terms);
    expect(await process().report()).toBeUndefined();
  });
});
