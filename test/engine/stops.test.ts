import { describe, expect, test } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { openLibrary, videoFiles } from './harness.ts';

describe('A copy that is stopped', () => {
  test('halts without a charge when the destination denies the right to write, and goes on in the next run', async () => {
    const library = openLibrary(videoFiles('a', 30));
    let writes = 0;
    const run = await library.copy({
      between: (store) => ({
        ...store,
        put: async (...put) => {
          writes += 1;
          if (writes > 10) throw new FlantsError('store.denied', 'no right to write');
          return store.put(...put);
        },
      }),
    });
    expect(run.halted?.code).toBe('store.denied');
    expect((await library.ledger.read('a'))?.failed).toBe(0);
    const again = await library.copy();
    expect(again.states).toEqual({ a: 'published' });
    expect(again.outcomes.filter(({ kind }) => kind === 'copied').length).toBeLessThanOrEqual(20);
  });

  test('loses a worker with a poisonous file, and delivers all others', async () => {
    const library = openLibrary(videoFiles('a', 40));
    const run = await library.copy({
      executor: (usual) => ({
        ...usual,
        run: async (message, options) => {
          const poison = message.files.findIndex(({ key }) => key === 'a/seg17.ts');
          if (poison < 0) return usual.run(message, options);
          await usual.run({ ...message, files: message.files.slice(0, poison) }, options);
          return 'worker-lost';
        },
      }),
    });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect((await library.ledger.read('a'))?.done).toBe(39);
    expect(library.store.objects.has('a/seg17.ts')).toBe(false);
  });

  test('is drained in the middle and resumed without sending anything twice', async () => {
    const library = openLibrary(videoFiles('a', 120));
    const drain = new AbortController();
    let written = 0;
    const counting = (store: ObjectStore): ObjectStore => ({
      ...store,
      put: async (...put) => {
        written += 1;
        if (written === 25) drain.abort();
        return store.put(...put);
      },
    });
    await library.copy({ drain: drain.signal, between: counting });
    expect(library.store.objects.has('a/index.m3u8')).toBe(false);
    const run = await library.copy({ between: counting });
    expect(run.states).toEqual({ a: 'published' });
    expect(written).toBe(121);
  });

  test('ends the run when credentials cannot be had any more', async () => {
    const library = openLibrary(videoFiles('a', 20));
    const run = await library.copy({
      executor: (usual) => ({
        ...usual,
        run: () => Promise.reject(new FlantsError('store.credentials', 'the session is over')),
      }),
    });
    expect(run.halted?.code).toBe('store.credentials');
    expect((await library.copy()).states).toEqual({ a: 'published' });
  });

  test('ends although videos were purged, one before its turn and one while it was queued, and copies the others', async () => {
    const library = openLibrary({ ...videoFiles('a', 3), ...videoFiles('b', 3), ...videoFiles('c', 3) });
    const { journal, ledger } = library;
    const meanwhile = async (video: string): Promise<void> => {
      const purged = { a: 'a', c: 'b' }[video];
      if (purged === undefined) return;
      await journal.purge(purged);
      await ledger.retire(purged, (await ledger.read(purged))?.generation ?? '');
    };
    expect((await library.copy({ meanwhile })).states).toEqual({ c: 'published' });
    expect([...library.store.objects.keys()].filter((key) => !key.startsWith('c/'))).toEqual([]);
    expect(await ledger.read('b')).toBeUndefined();
  });
});
