import { afterEach, expect, it } from 'vitest';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { MemoryLedger } from '../../ledger/memory-ledger.ts';
import { submitted } from '../../../test/contract/journal/fixtures.ts';
import { admitSoon, createPasses } from './library-passes.ts';
import type { LibraryJob } from './queues.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { VideoJob } from '../../domain/video-job.ts';

const admissions = new MemoryQueue<LibraryJob>();
afterEach(() => admissions.close());

it('admits what is submitted while a pass is under way by another pass', async () => {
  const [begun, mayEnd, ended] = [0, 0, 0].map(() => Promise.withResolvers<void>());
  let passes = 0;
  admissions.work(
    async () => {
      passes += 1;
      begun?.resolve();
      await mayEnd?.promise;
      if (passes === 2) ended?.resolve();
      return { result: 'done' };
    },
    { concurrency: 1, onError: (error) => ended?.reject(error) },
  );
  await admitSoon(admissions);
  await begun?.promise;
  for (let row = 0; row < 10; row++) await admitSoon(admissions);
  mayEnd?.resolve();
  await ended?.promise;
  expect(passes).toBe(2);
});

it('aligns what is admitted once in a pass, however long there is no room for more', async () => {
  const [journal, ledger] = [new MemoryJournal(), new MemoryLedger()];
  const crawls = new MemoryQueue<VideoJob>();
  const job: VideoJob = {
    format: 1,
    video: 'b',
    generation: 'g',
    lease: 'crawl',
    tries: 0,
    waits: 0,
    recheck: false,
    fresh: false,
  };
  await crawls.add({ id: 'b', data: job, priority: 0 });
  for (const id of ['a', 'b']) await journal.decide(submitted(id));
  await ledger.apply('b', { type: 'open', generation: 'g' });
  const aligned: string[] = [];
  const read = journal.submission.bind(journal);
  journal.submission = (video) => {
    aligned.push(video);
    return read(video);
  };
  const sent: LibraryJob[] = [];
  const add = async ({ data }: { readonly data: LibraryJob }): Promise<void> => void sent.push(data);
  const queues = { crawls, batches: new MemoryQueue<BatchJob>(), admissions: { add }, deltas: { add } };
  const steps = { takeNextStep: async () => {}, sendCrawl: async () => true };
  const ports = { journal, ledger, queues, newGeneration: () => 'g2', ...steps };
  const { signal } = new AbortController();
  const { admission } = createPasses(ports, { maxVideos: 1 }, signal);
  expect(await admission({ format: 1 }, { signal, lost: 0 })).toEqual({ result: 'done' });
  const [next] = sent;
  expect(next && (await admission(next, { signal, lost: 0 }))).toMatchObject({ result: 'again' });
  expect([sent.length, aligned]).toEqual([1, ['b']]);
});
