import { expect, it } from 'vitest';
import type { BatchJob } from '../../src/domain/batch.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import { countOf } from '../../src/domain/index-ranges.ts';
import { minute } from '../../src/domain/units.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import type { JobQueue } from '../../src/queue/job-queue.ts';
import { segmentKeys, videoFiles } from '../engine/harness.ts';
import { exchange } from './gate.ts';
import type { ClusterLibrary } from './library.ts';
import { describeOnCluster } from './servers.ts';

/** A queue whose jobs are due at once. They are written down as they come. */
function undelayed<T>(usual: JobQueue<T>, added: T[]): JobQueue<T> {
  return exchange(usual, {
    async add(job) {
      added.push(job.data);
      await usual.add({ ...job, delayMs: 0 });
    },
  });
}

describeOnCluster('work while a side is down', (open) => {
  let library: ClusterLibrary;

  // The least and the most that chance makes of each delay.
  it.each([0, 0.999])('an outage of the origin of ten minutes costs no file a try (random %d)', async (random) => {
    library = await open(videoFiles('v', 20));
    const outage = 10 * minute;
    const delays = new Map<string, number>();
    const sent: BatchJob[] = [];
    let isDown = false;
    library.join('all', ['crawl', 'transfer', 'publish'], {
      lanes: 1,
      random: () => random,
      source: (usual) =>
        exchange(usual, {
          async fetch(url, options) {
            if (isDown) throw new FlantsError('source.unreachable', `${url} does not answer`);
            const fetched = await usual.fetch(url, options);
            // It goes down as soon as the plan is made.
            if (url.endsWith('.m3u8') && delays.size === 0) isDown = true;
            return fetched;
          },
        }),
      batches: (usual) =>
        exchange(usual, {
          // The queue's clock is the test's: what was to wait is there at once, and its time has passed.
          async add({ delayMs = 0, ...job }) {
            const [root = ''] = job.data.id.split('.');
            const waited = (delays.get(root) ?? 0) + delayMs;
            delays.set(root, waited);
            sent.push(job.data);
            if (waited >= outage) isDown = false;
            await usual.add({ ...job, delayMs: 0 });
          },
        }),
    });
    await library.submit('v');
    const record = await library.rests('v', 'published');
    expect(record).toMatchObject({ total: 20, done: 20, failed: 0 });
    expect([...delays.values()].every((waited) => waited >= outage)).toBe(true);
    expect(
      sent.every(({ files }) => countOf(files) === 20),
      'it stayed together',
    ).toBe(true);
    expect(sent.flatMap(({ tries }) => Object.values(tries))).toEqual([]);
    const evidence = await library.journal.evidence('v', segmentKeys('v', 20));
    expect(new Set([...evidence.values()].map(({ tries }) => tries))).toEqual(new Set([1]));
    expect((await library.journal.failures('v')).size).toBe(0);
    expect(library.mediaStored()).toEqual(segmentKeys('v', 20).toSorted());
  });

  it('an origin that is down when a video is to be crawled costs the video no try', async () => {
    library = await open(videoFiles('v', 3));
    const crawls: VideoJob[] = [];
    let refusals = 0;
    library.join('all', ['crawl', 'transfer', 'publish'], {
      source: (usual) =>
        exchange(usual, {
          async fetch(url, options) {
            // Two requests an attempt: for the playlist, and whether its origin answers at all.
            if (crawls.length < 12) {
              refusals += 1;
              throw new FlantsError('source.unreachable', `${url} does not answer`);
            }
            return usual.fetch(url, options);
          },
        }),
      crawls: (usual) => undelayed(usual, crawls),
    });
    await library.submit('v');
    await library.rests('v', 'published');
    expect(refusals).toBe(2 * 12);
    expect(crawls.map(({ tries }) => tries)).toEqual(crawls.map(() => 0));
    expect(crawls.map(({ waits }) => waits)).toEqual(crawls.map((_, again) => again + 1));
  });

  it('a destination that is down costs no file a try', async () => {
    library = await open(videoFiles('v', 3));
    const sent: BatchJob[] = [];
    const isDown = (): boolean => sent.length < 12;
    library.join('all', ['crawl', 'transfer', 'publish'], {
      lanes: 1,
      store: (usual) =>
        exchange(usual, {
          head: (key, options) => (isDown() ? refuse(key) : usual.head(key, options)),
          put: (key, ...rest) => (isDown() ? refuse(key) : usual.put(key, ...rest)),
        }),
      batches: (usual) => undelayed(usual, sent),
    });
    await library.submit('v');
    expect(await library.rests('v', 'published')).toMatchObject({ total: 3, done: 3, failed: 0 });
    expect(sent.flatMap(({ tries }) => Object.values(tries))).toEqual([]);
  });
});

function refuse(key: string): Promise<never> {
  return Promise.reject(new FlantsError('store.unreachable', `the destination does not answer for ${key}`));
}
