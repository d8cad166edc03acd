import { beforeEach, describe, expect, it } from 'vitest';
import { createPatience } from '../../src/engine/patience.ts';
import { GrantCache } from '../../src/engine/grant-cache.ts';
import { createTokenLocator } from '../../src/engine/token-locator.ts';
import { planVideo } from '../../src/crawler/plan-video.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { countOf, indicesOf } from '../../src/domain/index-ranges.ts';
import type { IndexRanges } from '../../src/domain/index-ranges.ts';
import { defaultRetryLimits } from '../../src/domain/settle.ts';
import { minute } from '../../src/domain/units.ts';
import type { Executor } from '../../src/executor/executor.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import type { NewJob } from '../../src/queue/job-queue.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import type { MemoryEntry, MemorySource } from '../../src/storage/memory-source.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { MemoryStore } from '../../src/storage/memory-store.ts';
import { runBatch } from '../../src/transfer/run-batch.ts';
import type { BatchResult, DispatcherPorts } from '../../src/transfer/run-batch.ts';
import { home, mediaPlaylist } from './harness.ts';
import { inlineExecutor } from './inline-executor.ts';

const { signal } = new AbortController();
const playlistUrl = `${home}/v/index.m3u8`;
const count = 8;
const names = Array.from({ length: count }, (_, index) => `seg${index}.ts`);
const planning = {
  keyRules: { root: home, tokenParameters: ['token'] },
  limits: defaultWalkLimits,
  external: 'refuse' as const,
};

/** A process that dispatches batches: it has a memory of URLs, and a clock, of its own. */
interface Dispatcher {
  load(): Promise<unknown>;
  run(job: BatchJob, lost?: number): Promise<BatchResult>;
}

describe('A batch', () => {
  let source: MemorySource;
  let store: MemoryStore;
  let journal: MemoryJournal;
  let ledger: MemoryLedger;
  let sent: NewJob<BatchJob>[];
  let failures: Failure[];
  let revision: string;
  let now: number;
  /** Of the playlists now; files are served for this one alone. */
  let token: string;
  /** What reading the playlist meets instead. */
  let unreadable: FlantsError | undefined;

  beforeEach(async () => {
    [now, token, unreadable, sent, failures] = [Date.parse('2026-01-01T00:00:00Z'), 't1', undefined, [], []];
    const playlist = (): { bytes: string } => {
      if (unreadable) throw unreadable;
      return { bytes: mediaPlaylist(names.map((name) => `${name}?token=${token}`)) };
    };
    const file =
      (name: string, wanted: string): MemoryEntry =>
      () => {
        if (wanted !== token)
          throw new FlantsError('source.denied', `${name} is not for you (status 403)`, { status: 403 });
        return { bytes: `media of v/${name}` };
      };
    const files = names.flatMap((name) =>
      ['t1', 't2'].map((each) => [`${home}/v/${name}?token=${each}`, file(name, each)]),
    );
    source = openMemorySource({
      [playlistUrl]: playlist,
      ...(Object.fromEntries(files) as Record<string, MemoryEntry>),
    });
    store = openMemoryStore();
    journal = new MemoryJournal();
    ledger = new MemoryLedger({ now: () => now });
    const plan = await planVideo({ id: 'v', playlistUrl }, { source, ...planning }, { signal });
    revision = plan.revision.digest;
    await journal.seal(plan.revision);
    await ledger.apply('v', { type: 'open', generation: 'g0' });
    await ledger.apply('v', { type: 'register', seen: 'g0', generation: 'g', revision, total: count, done: [] });
    source.requests.length = 0;
  });

  const dispatcher = (skewMs = 0, between: Partial<DispatcherPorts> = {}): Dispatcher => {
    const clock = (): number => now + skewMs;
    const locator = createTokenLocator({
      replan: async (video) => {
        const { revision: planned, fetchUrls } = await planVideo(
          { id: video, playlistUrl },
          { source, ...planning },
          { signal },
        );
        return { digest: planned.digest, fetchUrls };
      },
      journal,
      grants: new GrantCache(),
      now: clock,
    });
    const batches = new MemoryQueue<BatchJob>();
    batches.add = async (job) => void sent.push(job);
    const ports: DispatcherPorts = {
      source,
      store,
      journal,
      ledger,
      executor: inlineExecutor(source, between.store ?? store),
      batches,
      locator,
      patience: createPatience({
        patienceMs: 60 * minute,
        ledger,
        scopeOf: ({ video }) => ({ name: video, videos: [video], isAll: false }),
        onWaiting: () => {},
        now: clock,
      }),
      existing: 'verify',
      sha256: false,
      random: () => 0,
      leaseMs: 60 * minute,
      now: clock,
      ...between,
    };
    const hooks = { drain: signal, signal, onOutcome: () => {}, onKnown: () => {} };
    return {
      load: () => locator.load('v', revision, { signal }),
      run: (job, lost = 0) =>
        runBatch(job, ports, {
          ...hooks,
          lost,
          onFailures: (_, { final }) => failures.push(...final.map(({ failure }) => failure)),
        }),
    };
  };
  const batchOf = (files: IndexRanges, more: Partial<BatchJob> = {}): BatchJob => ({
    format: 1,
    id: `b${files[0]?.[0]}`,
    video: 'v',
    generation: 'g',
    revision,
    files,
    tries: {},
    waits: 0,
    fresh: false,
    ...more,
  });
  const all = (): BatchJob => batchOf([[0, count]]);
  /** The remainders that were sent since somebody looked. */
  const successors = (): readonly BatchJob[] => sent.splice(0).map(({ data }) => data);
  const noneBy: Executor = {
    concurrency: 1,
    lanes: 1,
    run: () => Promise.reject(new Error('nothing was to be run')),
    close: () => Promise.resolve(),
  };

  // Clocks of machines differ.
  it.each([0, -5 * minute, 5 * minute])(
    'whose token has run out costs each file one try, whichever processes have it (a clock is off by %d ms)',
    async (skewMs) => {
      const [first, second, third] = [dispatcher(), dispatcher(skewMs), dispatcher(-skewMs)];
      for (const each of [first, second, third]) await each.load();
      now += 120 * minute;
      token = 't2';
      expect(await first.run(batchOf([[0, 4]]))).toMatchObject({ ran: { done: 0, again: 4 } });
      expect(await first.run(batchOf([[4, 6]]))).toMatchObject({ ran: { done: 0, again: 2 } });
      const [four, two] = successors() as [BatchJob, BatchJob];
      source.requests.length = 0;
      now += 1;
      expect(await second.run(four)).toMatchObject({ ran: { done: 4, failed: 0 } });
      expect(await second.run(two)).toMatchObject({ ran: { done: 2, failed: 0 } });
      expect(await third.run(batchOf([[6, 7]]))).toMatchObject({ ran: { done: 0, again: 1 } });
      const [one] = successors() as [BatchJob];
      expect(await third.run(one)).toMatchObject({ ran: { done: 1, failed: 0 } });
      expect(
        source.requests.filter((url) => url === playlistUrl),
        'once by each process',
      ).toHaveLength(2);
      const evidence = await journal.evidence(
        'v',
        names.slice(0, 7).map((name) => `v/${name}`),
      );
      expect([...evidence.values()].map(({ tries }) => tries)).toEqual(Array.from({ length: 7 }, () => 2));
    },
  );

  it('whose token runs out again is asked for again, also after a clock that is ahead', async () => {
    const [ahead, exact] = [dispatcher(5 * minute), dispatcher()];
    await ahead.load();
    await exact.load();
    token = 't2';
    await ahead.run(batchOf([[0, 4]]));
    const [once] = successors() as [BatchJob];
    expect(await exact.run(once)).toMatchObject({ ran: { done: 4, failed: 0 } });
    token = 't1';
    await exact.run(batchOf([[4, 8]]));
    const [twice] = successors() as [BatchJob];
    expect(await exact.run(twice)).toMatchObject({ ran: { done: 4, failed: 0 } });
  });

  describe('of a plan whose playlists cannot be read', () => {
    const busy = new FlantsError('source.throttled', 'slow down (status 429)', { status: 429, retryAfterMs: 7_000 });
    const broken = new FlantsError('source.status', 'broken (status 500)', { status: 500 });
    const silent = new FlantsError('source.unreachable', 'nobody there');

    it.each([busy, broken, silent])('waits, and nothing is charged: $message', async (error) => {
      unreadable = error;
      const { run } = dispatcher(0, { executor: noneBy });
      const delays: number[] = [];
      let job = all();
      for (let waits = 0; waits < 8; waits++) {
        expect(await run(job)).toMatchObject({ recrawl: false, ran: { end: 'origin-down', failed: 0, again: count } });
        const [next] = sent.splice(0);
        if (!next) throw new Error('nothing was sent');
        delays.push(next.delayMs ?? 0);
        job = next.data;
        expect(job).toMatchObject({ files: [[0, count]], tries: {}, waits: waits + 1 });
      }
      const least = error === busy ? 7_000 : 0;
      expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000].map((delay) => Math.max(least, delay)));
      expect(source.requests.filter((url) => url !== playlistUrl)).toEqual([]);
      unreadable = undefined;
      expect(await dispatcher().run(job)).toMatchObject({ ran: { done: count, failed: 0 } });
    });

    it('counts what has evidence, and fails in the end, with the reason', async () => {
      await dispatcher().run(batchOf([[0, 3]]));
      unreadable = broken;
      const tries = Object.fromEntries(names.map((_, index) => [index, defaultRetryLimits.maxTries - 1]));
      const waits = defaultRetryLimits.maxWaits;
      const run = (job: BatchJob = all()) => dispatcher(0, { executor: noneBy }).run({ ...job, tries, waits });
      successors();
      expect(await run()).toMatchObject({ ran: { done: 3, failed: 0, again: 5 } });
      expect(await run(successors()[0])).toMatchObject({ ran: { done: 0, failed: 5, again: 0 } });
      const kept = await journal.failures('v');
      expect([...kept.keys()]).toEqual(names.slice(3).map((name) => `v/${name}`));
      expect(new Set([...kept.values()].map(({ failure }) => failure.message))).toEqual(
        new Set(['broken (status 500)']),
      );
      expect(failures).toHaveLength(5);
      expect(await ledger.read('v')).toMatchObject({ done: 3, failed: 5 });
    });

    it.each([
      new FlantsError('source.not-found', 'gone (status 404)', { status: 404 }),
      new FlantsError('source.denied', 'no (status 403)', { status: 403 }),
    ])('any more is let go, and its video crawled again: $message', async (error) => {
      unreadable = error;
      expect(await dispatcher(0, { executor: noneBy }).run(all())).toEqual({ recrawl: true, unread: error.failure });
      expect(successors()).toEqual([]);
      expect(await ledger.leases('v')).toEqual([]);
    });
  });

  it('that no worker can take any further has its evidence in the journal before it comes again', async () => {
    Object.assign(journal, { grouping: { maxOutcomes: 100, maxDelayMs: minute } });
    const usual = inlineExecutor(source, store);
    const executor: Executor = {
      ...usual,
      run: async (message, options) => {
        await usual.run({ ...message, files: message.files.slice(0, 3) }, options);
        throw new FlantsError('executor.unreachable', 'no function ran');
      },
    };
    await expect(dispatcher(0, { executor }).run(all())).rejects.toMatchObject({ code: 'executor.unreachable' });
    source.requests.length = 0;
    expect(await dispatcher().run(all())).toMatchObject({ ran: { done: 8, failed: 0 } });
    expect(source.requests.filter((url) => url.includes('/seg'))).toHaveLength(5);
  });

  it('that finds no rights at the destination leaves nothing in the journal but what was copied', async () => {
    const recorded: string[] = [];
    journal.recordOutcomes = async (video, outcomes) => {
      recorded.push(...outcomes.map(({ kind }) => kind));
      await MemoryJournal.prototype.recordOutcomes.call(journal, video, outcomes);
    };
    let writes = 0;
    const denying = {
      ...store,
      put: (...put: Parameters<typeof store.put>) => {
        writes += 1;
        return writes > 2 ? Promise.reject(new FlantsError('store.denied', 'no right to write')) : store.put(...put);
      },
    };
    const result = await dispatcher(0, { store: denying }).run(all());
    expect(result).toMatchObject({ halt: { code: 'store.denied' }, ran: { done: 2, failed: 0, again: 0 } });
    expect(recorded).toEqual(['copied', 'copied']);
    expect(await ledger.leases('v')).toEqual([]);
    expect((await dispatcher().run(all())).ran).toMatchObject({ done: count });
  });

  describe('that processes were lost with', () => {
    it('is run again after the first', async () => {
      expect(await dispatcher().run(all(), 1)).toMatchObject({ ran: { end: 'finished', done: count } });
    });

    it('is halved after the second without being run, until the file is alone, which is charged then', async () => {
      const { run } = dispatcher(0, { executor: noneBy });
      expect(await run(all(), 2)).toMatchObject({ ran: { end: 'worker-lost', failed: 0, again: count } });
      const halves = successors();
      expect(halves).toMatchObject([
        { files: [[0, 4]], tries: {}, alone: true },
        { files: [[4, 8]], tries: {}, alone: true },
      ]);
      expect(source.requests, 'no playlist either').toEqual([]);
      const seen: (readonly [number, number])[] = [];
      for (let next = halves[1]; next; next = successors().find(({ files }) => hasFile(files, 5))) {
        expect(Object.keys(next.tries).filter((index) => index !== '5')).toEqual([]);
        seen.push([countOf(next.files), next.tries[5] ?? 0]);
        await run(next, 2);
      }
      expect(seen, 'files, and tries of the one').toEqual([
        [4, 0],
        [2, 0],
        [1, 0],
        [1, 1],
        [1, 2],
      ]);
      expect([...(await journal.failures('v'))]).toMatchObject([
        ['v/seg5.ts', { tries: 3, failure: { code: 'worker.lost' } }],
      ]);
      expect(await ledger.read('v')).toMatchObject({ done: 0, failed: 1 });
    });

    it('counts what they left as evidence', async () => {
      await dispatcher().run(batchOf([[0, 6]]));
      await dispatcher(0, { executor: noneBy }).run({ ...all(), id: 'all' }, 2);
      expect(successors().map(({ files }) => files)).toEqual([[[6, 7]], [[7, 8]]]);
      expect(await ledger.read('v')).toMatchObject({ done: 6, failed: 0 });
    });
  });
});

function hasFile(files: IndexRanges, index: number): boolean {
  return [...indicesOf(files)].includes(index);
}
