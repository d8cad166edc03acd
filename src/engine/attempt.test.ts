import { beforeEach, describe, expect, it } from 'vitest';
import { bands } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { PatienceLeft } from '../domain/waiting/patience.ts';
import type { VideoJob } from '../domain/video-job.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { MemoryQueue } from '../queue/memory-queue.ts';
import { attempt } from './attempt.ts';
import type { Attempted } from './attempt.ts';

const { signal } = new AbortController();
const job: VideoJob = {
  format: 1,
  video: 'v',
  generation: 'g',
  lease: 'crawl-1',
  tries: 0,
  waits: 0,
  recheck: false,
  fresh: false,
};
/** The settings of an attempt for which nothing is down. */
const settings = {
  kind: 'crawl',
  leaseMs: 60_000,
  newId: () => '2',
  isDown: async () => false,
  patienceLeft: async () => undefined,
  random: () => 0,
  now: () => 1000,
} as const;

describe('a crawl or a publication that processes are lost with', () => {
  let ledger: MemoryLedger;
  let queue: MemoryQueue<VideoJob>;
  let sent: VideoJob[];
  let runs: number;

  beforeEach(async () => {
    ledger = new MemoryLedger();
    await ledger.apply('v', { type: 'open', generation: 'g' });
    queue = new MemoryQueue<VideoJob>();
    queue.add = async ({ data, priority }) => {
      expect(priority).toBe(bands.backlogRetry);
      sent.push(data);
    };
    sent = [];
    runs = 0;
  });

  const attempted = (lost: number, given: VideoJob = job): Promise<Attempted<string>> =>
    attempt(given, { ...settings, ledger, queue }, { signal, lost }, async () => `run ${(runs += 1)}`);

  it('is run again after the first and the second', async () => {
    expect(await attempted(1)).toEqual({ result: 'done', value: 'run 1' });
    expect(await attempted(2)).toEqual({ result: 'done', value: 'run 2' });
  });

  it('costs its video a try after the third, and comes again', async () => {
    expect(await attempted(3)).toMatchObject({ result: 'postponed', failure: { code: 'worker.lost' } });
    expect(runs).toBe(0);
    expect(sent).toEqual([{ ...job, lease: 'crawl-2', tries: 1 }]);
    expect(await ledger.read('v')).not.toHaveProperty('invalid');
    expect(await attempted(0, sent[0])).toMatchObject({ result: 'done' });
  });

  it('makes its video invalid when its tries are spent', async () => {
    expect(await attempted(3, { ...job, tries: 2 })).toMatchObject({ result: 'invalid' });
    expect(await ledger.read('v')).toMatchObject({
      invalid: { code: 'worker.lost', message: '3 processes were lost crawling this video' },
    });
    expect([runs, sent]).toEqual([0, []]);
  });
});

describe('a crawl whose origin is left alone', () => {
  const silent = new FlantsError('source.silent', 'not asked for', { retryAfterMs: 5_000 });
  const retriedWith = async (left: PatienceLeft | undefined) => {
    const ledger = new MemoryLedger();
    await ledger.apply('v', { type: 'open', generation: 'g' });
    const queue = new MemoryQueue<VideoJob>();
    const sent: { job: VideoJob; delayMs: number | undefined }[] = [];
    queue.add = async ({ data, delayMs, priority }) => {
      expect(priority).toBe(bands.backlog);
      sent.push({ job: data, delayMs });
    };
    const ports = { ...settings, ledger, queue, isDown: async () => true, patienceLeft: async () => left };
    await attempt(job, ports, { signal, lost: 0 }, () => Promise.reject(silent));
    return sent;
  };
  const waiting = { ...job, waits: 1, lease: 'crawl-2~' };

  it('waits while there is other work', async () => {
    expect(await retriedWith(undefined)).toEqual([{ job: waiting, delayMs: 5_000 }]);
  });

  it('waits no longer than there is patience', async () => {
    const left = { leftMs: 4_000, since: 10, isAll: false };
    expect(await retriedWith(left)).toEqual([{ job: { ...waiting, stalledSince: 10 }, delayMs: 4_000 }]);
    expect(await retriedWith({ ...left, leftMs: 0 })).toEqual([]);
  });

  it('asks it as soon as nothing else is left to do', async () => {
    const left = { leftMs: 60_000, since: 10, isAll: true };
    const insists = { ...waiting, stalledSince: 10, insistsUntil: 61_000 };
    expect(await retriedWith(left)).toEqual([{ job: insists, delayMs: 5_000 }]);
  });
});

describe('a crawl or a publication that fails for good', () => {
  const failing = async (meanwhile: (ledger: MemoryLedger) => Promise<unknown>) => {
    const ledger = new MemoryLedger();
    await ledger.apply('v', { type: 'open', generation: 'g' });
    const ports = { ...settings, ledger, queue: new MemoryQueue<VideoJob>() };
    const attempted = await attempt(job, ports, { signal, lost: 0 }, async () => {
      await meanwhile(ledger);
      throw new FlantsError('store.conflict', 'something stands there');
    });
    return { result: attempted.result, record: await ledger.read('v') };
  };

  it('makes its video invalid', async () => {
    const { result, record } = await failing(() => Promise.resolve());
    expect([result, record?.invalid?.code]).toEqual(['invalid', 'store.conflict']);
  });

  it('makes nothing invalid once its claim is gone: it may have met what another run of the same job left', async () => {
    const { result, record } = await failing((ledger) => ledger.release('v', job.lease));
    expect([result, record?.invalid]).toEqual(['refused', undefined]);
  });
});
