import { describe, expect, it } from 'vitest';
import { openLibrary, listed, retired, all, url } from '../../test/control/library.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import type { Control } from './control.ts';

describe('lists', () => {
  it('keep the order of the journal, however slow some answers are', async () => {
    const library = openLibrary();
    const ids = Array.from({ length: 200 }, (_, index) => `class-${String(index).padStart(3, '0')}`);
    await listed(library, ...ids);
    let [running, most] = [0, 0];
    const ledger: Ledger = Object.assign(new MemoryLedger(), {
      read: async (video: string) => {
        most = Math.max(most, ++running);
        for (let turns = Number(video.at(-1)); turns > 0; turns--) await new Promise(setImmediate);
        running -= 1;
        return undefined;
      },
    });
    const control = library.with({ ledger });
    expect((await all(control.videos())).map(({ id }) => id)).toEqual(ids);
    expect(most).toBeGreaterThan(8);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('can be had in pages, and by state', async () => {
    const library = openLibrary();
    await listed(library, 'a', 'b', 'c', 'd');
    await library.control.pause('b');
    const ids = async (query: Parameters<Control['videos']>[0]): Promise<readonly string[]> =>
      (await all(library.control.videos(query))).map(({ id }) => id);
    expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
    expect(await ids({ after: 'b', limit: 2 })).toEqual(['c', 'd']);
    expect(await ids({ states: ['paused'] })).toEqual(['b']);
    expect(await ids({ states: ['waiting'], after: 'a' })).toEqual(['c', 'd']);
  });
});

describe('a published video that the ledger let go of', () => {
  it('is listed, shown and reported as published', async () => {
    const library = openLibrary();
    await retired(library, 'a', 5, [[4, 5]]);
    const files = { total: 5, done: 4, failed: 1, accepted: 1 };
    expect(await all(library.control.videos())).toEqual([
      { id: 'a', title: 'Class a', playlistUrl: url('a'), state: 'published', files },
    ]);
    const { report, leases } = await library.control.show('a');
    expect(report).toMatchObject({ state: 'published', files, sizeBytes: 4_711, playlistKey: 'a/index.m3u8' });
    expect(leases).toEqual([]);
    expect(await library.ledger.read('a')).toBeUndefined();
  });

  it('has its files told one by one', async () => {
    const library = openLibrary();
    await retired(library, 'a', 2, [[1, 2]]);
    const lines: unknown[] = [];
    await library.control.fileLines('a', async (line) => void lines.push(JSON.parse(line)));
    expect(lines).toMatchObject([
      { video: 'a', index: 0, key: 'a/seg0.ts', state: 'done' },
      { video: 'a', index: 1, key: 'a/seg1.ts', state: 'accepted' },
    ]);
  });
});
