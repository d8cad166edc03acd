import { describe, expect, it } from 'vitest';
import { connectSource } from '../../src/app/connect.ts';
import { loopbackSource } from '../servers/loopback-source.ts';
import { jobIdOf } from '../../src/domain/batch.ts';
import type { BatchJob, BatchMessage } from '../../src/domain/batch.ts';
import { hasBit } from '../../src/domain/bits.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import type { Executor } from '../../src/executor/executor.ts';
import { restoreVideo } from '../../src/journal/restore.ts';
import { createThreadExecutor } from '../../src/executor/threads.ts';
import type { MemoryEntry } from '../../src/storage/memory-source.ts';
import { home, mediaPlaylist, segmentKeys, videoFiles } from '../engine/harness.ts';
import { startOrigin } from '../servers/origin.ts';
import { exchange } from './gate.ts';
import type { MortalAntData } from '../servers/mortal-ant.ts';
import type { ClusterLibrary } from './library.ts';
import type { ProcessOptions } from './process.ts';
import { describeOnCluster } from './servers.ts';

/** Notes each message that an executor is given. */
function listening(messages: BatchMessage[]): (usual: Executor) => Executor {
  return (usual) => ({
    ...usual,
    run(message, options) {
      messages.push(message);
      return usual.run(message, options);
    },
  });
}

describeOnCluster('work that is interrupted', (open) => {
  let library: ClusterLibrary;

  it('a cancellation waits for the batch in flight; nothing is published, and nothing sent after it', async () => {
    // One file of each batch fails once, so that there is a remainder to be sent on.
    const flaky = new FlantsError('source.status', 'not now', { status: 500 });
    const objects: Record<string, MemoryEntry> = videoFiles('v', 40);
    for (const index of [0, 10, 20, 30]) {
      objects[`${home}/v/seg${index}.ts`] = (request) => {
        if (request === 1) throw flaky;
        return { bytes: `media of v/seg${index}.ts` };
      };
    }
    library = await open(objects);
    const answer = library.gate();
    const messages: BatchMessage[] = [];
    library.join('all', ['crawl', 'transfer', 'publish'], {
      lanes: 4,
      executor: (usual) => ({
        ...usual,
        async run(message, options) {
          messages.push(message);
          const end = await usual.run(message, options);
          await answer.pass();
          return end;
        },
      }),
    });
    await library.submit('v');
    await answer.reached;
    await library.until('all batches are claimed', async () => (await library.ledger.leases('v')).length === 4);

    let isCancelled = false;
    const cancelled = library.control.cancel('v', { waitMs: 20_000 }).finally(() => (isCancelled = true));
    await library.becomes('v', 'cancelled');
    expect(isCancelled).toBe(false);
    expect(messages).toHaveLength(1);
    answer.open();
    expect(await cancelled).toEqual({ video: 'v', state: 'cancelled', underWay: 0 });

    const record = await library.rests('v', 'cancelled');
    expect(record).toMatchObject({ total: 40, done: 9, failed: 0 });
    expect(messages.map(({ files }) => files.length)).toEqual([10]);
    const copied = messages[0]?.files.map(({ key }) => key).filter((key) => !/seg\d?0\.ts$/.test(key)) ?? [];
    expect([...(await library.journal.evidence('v', segmentKeys('v', 40))).keys()].toSorted()).toEqual(
      copied.toSorted(),
    );
    expect(library.mediaStored()).toEqual(copied.toSorted());
    expect(await library.object('v/index.m3u8')).toBeUndefined();
    expect(await library.journal.publication('v')).toBeUndefined();
  });

  it('a remainder of the same files as its parent goes out again; the parent delivered twice sends nothing twice', async () => {
    const objects: Record<string, MemoryEntry> = videoFiles('v', 100);
    for (const key of segmentKeys('v', 100)) {
      objects[`${home}/${key}`] = (request) => {
        if (request === 1) throw new FlantsError('source.short-body', 'not yet whole');
        return { bytes: `media of ${key}` };
      };
    }
    library = await open(objects);
    const second = library.gate();
    const jobs: BatchJob[] = [];
    const messages: BatchMessage[] = [];
    const options: ProcessOptions = {
      lanes: 1,
      batches: (usual) =>
        exchange(usual, {
          add(job) {
            jobs.push(job.data);
            return usual.add(job);
          },
        }),
      executor: (usual) => ({
        ...usual,
        async run(message, more) {
          messages.push(message);
          if (messages.length === 2) await second.pass();
          return usual.run(message, more);
        },
      }),
    };
    library.join('one', ['crawl', 'transfer', 'publish'], options);
    const other: BatchMessage[] = [];
    await library.submit('v');
    await second.reached;

    const [parent, remainder] = jobs as [BatchJob, BatchJob];
    expect(remainder.files).toEqual(parent.files);
    expect(remainder.id).not.toBe(parent.id);
    expect(Object.values(remainder.tries)).toEqual(Array.from({ length: 100 }, () => 1));
    const deliverAgain = async (): Promise<void> => {
      const id = jobIdOf('v', parent.generation, parent.id);
      await library.queues.batches.add({ id, data: parent, priority: 0 });
      await library.until('it is gone', async () => !(await library.queues.batches.has(id)));
    };
    library.join('two', ['transfer'], { executor: listening(other) });
    await deliverAgain();
    expect(other, 'the claim is the remainder’s').toEqual([]);

    second.open();
    await library.rests('v', 'published');
    await deliverAgain();
    const record = await library.rests('v', 'published');
    expect(record).toMatchObject({ total: 100, done: 100, failed: 0 });
    expect([messages.length, other.length, jobs.length], 'all has evidence by then').toEqual([2, 0, 2]);
    expect(library.mediaStored()).toEqual(segmentKeys('v', 100).toSorted());
    const evidence = await library.journal.evidence('v', segmentKeys('v', 100));
    expect(new Set([...evidence.values()].map(({ tries }) => tries))).toEqual(new Set([2]));
  });

  describe('a plan with nothing missing', () => {
    const publish = async (objects: Readonly<Record<string, MemoryEntry>>): Promise<BatchMessage[]> => {
      library = await open(objects);
      const messages: BatchMessage[] = [];
      library.join('all', ['crawl', 'transfer', 'publish'], { executor: listening(messages) });
      await library.submit('v');
      await library.rests('v', 'published');
      return messages;
    };
    /** It leaves the ledger, and is taken up again as the journal tells of it. */
    const retireAndRecall = async (): Promise<void> => {
      const { journal, ledger } = library;
      await library.retire('v');
      const recalled = await restoreVideo('v', { journal, ledger, newGeneration: () => 'recalled' });
      expect(recalled).toMatchObject({ total: 5, done: 5, published: recalled?.revision });
    };

    it('rests at once when a retired video is looked at again', async () => {
      const messages = await publish(videoFiles('v', 5));
      const puts = library.puts.length;
      messages.length = 0;
      await retireAndRecall();
      await library.crawl('v');
      await library.rests('v', 'published');
      expect(messages).toEqual([]);
      expect(library.puts.length).toBe(puts);
    });

    it('is proven anew without a byte when each file is to be asked for again', async () => {
      const messages = await publish(videoFiles('v', 5));
      const [puts, before] = [library.puts.length, await library.ledger.read('v')];
      messages.length = 0;
      await retireAndRecall();
      await library.crawl('v', { recheck: true });
      await library.until('a new generation', async () => {
        const record = await library.ledger.read('v');
        return record?.generation !== 'recalled' && record?.generation !== before?.generation;
      });
      const record = await library.rests('v', 'published');
      expect(record).toMatchObject({ done: 5, failed: 0, revision: before?.revision });
      expect(messages.flatMap(({ files }) => files)).toHaveLength(5);
      expect(library.puts.length).toBe(puts);
      const proofs = [...(await library.journal.evidence('v', segmentKeys('v', 5))).values()].map(({ proof }) => proof);
      expect(new Set(proofs)).toEqual(new Set(['not-modified']));
    });

    it('publishes a video whose every segment is a gap', async () => {
      const playlist = mediaPlaylist(['a.ts', 'b.ts']).replaceAll('#EXTINF', '#EXT-X-GAP\n#EXTINF');
      await publish({ [`${home}/v/index.m3u8`]: { bytes: playlist } });
      expect(await library.ledger.read('v')).toMatchObject({ total: 2, done: 2, failed: 0 });
      expect(library.mediaStored()).toEqual([]);
      expect(await library.object('v/index.m3u8')).toBe(playlist);
    });
  });

  it('a file that always kills its worker fails alone among 99 good ones', async () => {
    library = await open({});
    const playlist = mediaPlaylist(segmentKeys('v', 100).map((key) => key.slice(2)));
    const files = Object.fromEntries(segmentKeys('v', 100).map((key) => [`/${key}`, `media of ${key}`]));
    const origin = await startOrigin({ files: { ...files, '/v/index.m3u8': playlist } });
    // Keys are those of the library's home: a source that has moved there would be found so too.
    const at = (url: string): string => url.replace(home, origin.url);
    const outside = connectSource(loopbackSource);
    const { stop: _, ...server } = library.servers.s3;
    const poison = '/v/seg42.ts';
    const destination = { server, prefix: `${library.name}/vod` };
    const data: MortalAntData = { destination, death: 'exit', poison };
    const threads = createThreadExecutor<undefined>({
      worker: new URL('../servers/mortal-ant.ts', import.meta.url),
      workerData: data,
      threads: 2,
      extra: () => Promise.resolve(undefined),
    });
    const sizes: number[] = [];
    try {
      const all = library.join('all', ['crawl', 'transfer', 'publish'], {
        lanes: 1,
        source: (usual) => exchange(usual, { fetch: (url, options) => outside.fetch(at(url), options) }),
        executor: () => ({
          ...threads,
          run(message, options) {
            sizes.push(message.files.length);
            const moved = message.files.map((file) => ({ ...file, fetchUrl: at(file.fetchUrl) }));
            return threads.run({ ...message, files: moved }, options);
          },
        }),
      });
      await library.submit('v');
      const record = await library.rests('v', 'incomplete');
      expect(record).toMatchObject({ total: 100, done: 99, failed: 1 });
      const tally = await library.ledger.tally('v');
      expect(tally && hasBit(tally.failed, 42)).toBe(true);
      expect(sizes[0]).toBe(100);
      expect(sizes.slice(-3), 'it had three tries of its own').toEqual([1, 1, 1]);
      const failures = await library.journal.failures('v');
      expect([...failures]).toMatchObject([['v/seg42.ts', { tries: 3, failure: { code: 'worker.lost' } }]]);
      for (const key of segmentKeys('v', 100)) {
        expect(await library.object(key), key).toBe(key === 'v/seg42.ts' ? undefined : `media of ${key}`);
      }
      expect(await library.object('v/index.m3u8')).toBeUndefined();

      const accepted = await all.control.accept({ video: 'v', file: 'seg42.ts', reason: 'nobody can read it' });
      expect(accepted).toMatchObject({ key: 'v/seg42.ts' });
      expect(await library.rests('v', 'published')).toMatchObject({ done: 99, failed: 1, accepted: 1 });
      expect(await library.object('v/index.m3u8')).toBe(playlist);
    } finally {
      await library.close();
      await Promise.all([threads.close(), origin.stop(), outside.close()]);
    }
  });
});
