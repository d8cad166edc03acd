import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectSource } from '../../src/app/connect.ts';
import { loopbackSource } from '../servers/loopback-source.ts';
import { startEngine } from '../../src/engine/engine.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import { defaultTokenParameters } from '../../src/domain/names/tokens.ts';
import { minute } from '../../src/domain/units.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import { createThreadExecutor } from '../../src/executor/threads.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { submit } from '../../src/scanner/scan.ts';
import { openFolderStore } from '../../src/storage/folder/store.ts';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import type { Death, MortalAntData } from '../servers/mortal-ant.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 12, fileBytes: 500, seed: 'threads' };
const files = [...syntheticFiles(library)];
const poison = `video-000/${syntheticSegment(7)}`;

describe('a file that kills the thread which fetches it', () => {
  let folder: string;
  let origin: Origin;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-threads-'));
    origin = await startOrigin({ files: Object.fromEntries(files.map(({ path, body }) => [path, body])) });
  });
  afterEach(async () => {
    await origin.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each<Death>(['exit', 'uncaught error'])(
    'fails alone, and everything else is copied: death by %s',
    async (death) => {
      const journal = new MemoryJournal();
      const ledger = new MemoryLedger();
      const executor = createThreadExecutor<undefined>({
        worker: new URL('../servers/mortal-ant.ts', import.meta.url),
        workerData: { destination: { folder }, death, poison } satisfies MortalAntData,
        threads: 2,
        extra: () => Promise.resolve(undefined),
      });
      const source = connectSource(loopbackSource);
      const store = openFolderStore({ path: folder });
      const { signal } = new AbortController();
      const keyRules = { root: origin.url, tokenParameters: defaultTokenParameters };
      const sizes: number[] = [];
      const engine = startEngine(
        {
          journal,
          ledger,
          source,
          store,
          executor: {
            ...executor,
            run: (message, options) => (sizes.push(message.files.length), executor.run(message, options)),
          },
          keyRules,
          limits: defaultWalkLimits,
          patienceMs: 10 * minute,
          hasten: () => {},
          crawls: new MemoryQueue<VideoJob>(),
          batches: new MemoryQueue<BatchJob>(),
          publications: new MemoryQueue<VideoJob>(),
          external: 'refuse',
          existing: 'verify',
          sha256: false,
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
          onState: () => {},
          onWarning: () => {},
        },
      );
      try {
        for (const [id, video] of [
          ['poisoned', 0],
          ['good', 1],
        ] as const) {
          const submission = { id, playlistUrl: `${origin.url}${syntheticPlaylist(video)}` };
          await submit(submission, { journal, ledger, keyRules, newGeneration: randomUUID, now: Date.now });
          await engine.crawl(id, { recheck: false });
        }
        await engine.idle();
      } finally {
        await engine.stop();
        await executor.close();
        await Promise.all([source.close(), store.close()]);
      }

      expect(engine.halted()).toBeUndefined();
      expect(await ledger.read('good')).toMatchObject({ total: 12, done: 12, failed: 0 });
      expect(await ledger.read('poisoned')).toMatchObject({ total: 12, done: 11, failed: 1 });
      for (const { path, body } of files) {
        if (path.endsWith(poison) || path === syntheticPlaylist(0)) continue;
        expect(await readFile(join(folder, path)), path).toEqual(Buffer.from(body));
      }
      expect(sizes.at(-1), 'the last batch held the poison alone').toBe(1);
      const failures = await journal.failures('poisoned');
      expect([...failures.keys()]).toEqual([poison]);
      expect(failures.get(poison)).toMatchObject({ tries: 3, failure: { code: 'worker.lost' } });
      expect((await journal.failures('good')).size).toBe(0);
    },
  );
});
