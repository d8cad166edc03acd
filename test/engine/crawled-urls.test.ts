import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { crawlStep } from '../../src/engine/crawl-step.ts';
import { createContext } from '../../src/engine/context.ts';
import { GrantCache } from '../../src/engine/grant-cache.ts';
import type { EngineHost } from '../../src/engine/context.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import { minute } from '../../src/domain/units.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import { home, mediaPlaylist } from './harness.ts';

const { signal } = new AbortController();
const playlistUrl = `${home}/v/index.m3u8`;

it.each([
  { copiesFiles: true, kept: 'kept where files are copied too', readings: 0 },
  { copiesFiles: false, kept: 'not kept where nobody asks for them', readings: 1 },
])('URLs with tokens that a crawl has read are $kept', async ({ copiesFiles, readings }) => {
  const source = openMemorySource({ [playlistUrl]: { bytes: mediaPlaylist(['seg0.ts?token=t']) } });
  const [journal, ledger] = [new MemoryJournal(), new MemoryLedger()];
  const host: EngineHost = {
    submissionOf: async (id) => ({ id, playlistUrl }),
    withTokens: async (submission) => submission,
    admitCrawl: async () => undefined,
    admitBatch: () => undefined,
    patience: { patienceMs: minute, scopeOf: ({ video }) => ({ name: video, videos: [video], isAll: false }) },
    outlastsSilence: false,
    ...(copiesFiles ? { grants: new GrantCache() } : {}),
    onLive: async () => undefined,
    onIdle: () => {},
    halt: () => {},
  };
  const context = createContext(
    {
      source,
      store: openMemoryStore(),
      journal,
      ledger,
      keyRules: { root: home, tokenParameters: ['token'] },
      limits: defaultWalkLimits,
      crawls: new MemoryQueue<VideoJob>(),
      batches: new MemoryQueue<BatchJob>(),
      publications: new MemoryQueue<VideoJob>(),
      external: 'refuse',
      existing: 'verify',
      sha256: false,
      dispatch: { maxFiles: 100, maxBatchesOfVideo: 16, lanes: 1 },
      leaseMs: minute,
      newGeneration: randomUUID,
      now: Date.now,
      random: () => 0,
    },
    {
      drain: signal,
      signal,
      onOutcome: () => {},
      onFailures: () => {},
      onPostponed: () => {},
      onWaiting: () => {},
      onPlanned: async () => {},
      onWarning: () => {},
    },
    { host, drain: signal },
  );
  await ledger.apply('v', { type: 'open', generation: 'g' });
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
  await crawlStep(job, context, { signal, lost: 0 });
  const revision = (await ledger.read('v'))?.revision ?? '';
  source.requests.length = 0;
  const urls = await context.locator.load('v', revision, { signal });
  expect(urls?.locate(0, `${home}/v/seg0.ts`)).toBe(`${home}/v/seg0.ts?token=t`);
  expect(source.requests).toEqual(Array.from({ length: readings }, () => playlistUrl));
});
