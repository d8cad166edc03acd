import { randomUUID } from 'node:crypto';
import { openQueues } from '../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../src/app/cluster/queues.ts';
import { RedisLedger } from '../src/ledger/redis/ledger.ts';
import { connectRedis } from '../src/redis/connect.ts';
import type { RedisClient } from '../src/redis/connect.ts';
import { startRedis } from '../test/servers/redis.ts';
import { tableOf } from './figures.ts';
import { tell } from './results.ts';

const filesOfVideo = 500;
const library = 10_000_000;
const batchFiles = 100;
/** Videos under way at a time: those that wait to be crawled and those that are copied, at the services' own bounds. */
const inFlight = 500;
const waitingCrawls = 200;
const waitingBatches = 2 * 256;
const limitBytes = 64e6;

/**
 * What Redis holds while 10 million files are registered and copied, and while twice as many are: the services' own ledger
 * calls in the services' own order, without the copying. Then the worst case: every one of them registered and none published.
 */
export async function redisMemory(): Promise<void> {
  const [once, twice] = [await peakOf(library), await peakOf(2 * library)];
  const unpublished = await peakOf(library, { publishes: false });
  console.log(`memory of Redis, videos of ${filesOfVideo} files, ${inFlight} under way`);
  console.log(
    `${tableOf([
      ['files registered', 'peak'],
      [String(library), inMB(once)],
      [String(2 * library), inMB(twice)],
      [`${library}, none of them published`, inMB(unpublished)],
    ])}\n`,
  );
  const ratio = twice / once;
  const ok = unpublished < limitBytes && once < limitBytes && ratio < 1.1;
  console.log(
    `${ok ? 'below' : 'NOT below'} ${inMB(limitBytes)}, ${ratio.toFixed(2)} times as much for twice the library`,
  );
  tell({ bench: 'redis-memory', library, filesOfVideo, inFlight, once, twice, unpublished, ok });
}

async function peakOf(files: number, { publishes = true } = {}): Promise<number> {
  const server = await startRedis();
  const client = connectRedis({ url: server.url }, (error) => console.error(error.message));
  const ledger = new RedisLedger(client, 'flants');
  const videos = files / filesOfVideo;
  const queues = openQueues(client, 'flants', (error) => console.error(error.message));
  await fillQueues(queues);
  let next = 0;
  let peak = 0;
  const carry = async (): Promise<void> => {
    while (next < videos) {
      const video = `class-${String((next += 1)).padStart(8, '0')}`;
      await runVideo(video, ledger, { publishes });
      if (next % 1_000 === 0) peak = Math.max(peak, await usedBytes(client));
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, carry));
    return Math.max(peak, await usedBytes(client));
  } finally {
    await queues.close();
    client.disconnect();
    await server.stop();
  }
}

/** As many jobs as the services let wait at a time. */
async function fillQueues({ crawls, batches }: ClusterQueues): Promise<void> {
  const [generation, revision] = [randomUUID(), 'f'.repeat(64)];
  for (let number = 0; number < waitingCrawls; number += 1) {
    const [video, lease] = [`class-${number}`, `crawl-${randomUUID().slice(0, 13)}`];
    const data = { format: 1, video, generation, lease, tries: 0, waits: 0, recheck: false, fresh: false } as const;
    await crawls.add({ id: `${video}/${generation}/${lease}`, data, priority: 10 });
  }
  for (let number = 0; number < waitingBatches; number += 1) {
    const [video, id] = [`class-${number}`, `0-${randomUUID().slice(0, 13)}`];
    const files = [[0, batchFiles]] as const;
    const data = { format: 1, id, video, generation, revision, files, tries: {}, waits: 0, fresh: false } as const;
    await batches.add({ id: `${video}/${generation}/${id}`, data, priority: 10 });
  }
}

/** A video's life in the ledger. */
async function runVideo(
  video: string,
  ledger: RedisLedger,
  { publishes }: { readonly publishes: boolean },
): Promise<void> {
  const [opened, generation] = [randomUUID(), randomUUID()];
  const revision = `${randomUUID()}${randomUUID()}`.replaceAll('-', '').slice(0, 64);
  const ttlMs = 300_000;
  await ledger.apply(video, { type: 'open', generation: opened });
  await ledger.lease(video, { id: `crawl-${opened}`, generation: opened, kind: 'crawl', files: [], ttlMs });
  await ledger.apply(video, { type: 'register', seen: opened, generation, revision, total: filesOfVideo, done: [] });
  for (let from = 0; from < filesOfVideo; from += batchFiles) {
    const files = [[from, from + batchFiles]] as const;
    const id = `${from}-${generation.slice(0, 13)}`;
    await ledger.lease(video, { id, generation, kind: 'batch', files, ttlMs });
    const indices = Array.from({ length: batchFiles }, (_, index) => from + index);
    // One file short of whole, where the videos are to stay.
    const done = publishes ? indices : indices.filter((index) => index > 0);
    await ledger.apply(video, { type: 'record', generation, revision, done, failed: [] });
    await ledger.release(video, id);
  }
  if (!publishes) return;
  await ledger.apply(video, { type: 'publish', generation, revision });
  await ledger.apply(video, { type: 'announce', generation, announced: `published ${revision}` });
  await ledger.retire(video, generation);
}

async function usedBytes(client: RedisClient): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
}

function inMB(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
