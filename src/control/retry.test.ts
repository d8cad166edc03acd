import { describe, expect, it } from 'vitest';
import { stateOf } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLibrary, planned, retired, code } from '../../test/control/library.ts';

describe('trying again', () => {
  it('opens what failed, in some videos or in all', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0], failed: [1, 2] });
    await planned(library, 'b', { total: 2, failed: [0] });
    await planned(library, 'c', { total: 2, done: [0, 1] });
    expect(await library.control.retry({ videos: ['a'] })).toEqual({ reopened: 2, videos: 1 });
    expect(await library.control.retry()).toEqual({ reopened: 1, videos: 1 });
    expect(library.asked).toEqual(['move on a', 'move on b']);
    expect((await library.ledger.read('a'))?.failed).toBe(0);
  });

  it('opens only what failed for the reason given', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [1] });
    expect(await library.control.retry({ failedBy: 'source.timeout' })).toEqual({ reopened: 0, videos: 0 });
    expect(await library.control.retry({ failedBy: 'source.not-found' })).toEqual({ reopened: 1, videos: 1 });
  });

  it('brings back a video that was published without some of its files', async () => {
    const library = openLibrary();
    await retired(library, 'a', 4, [[1, 3]]);
    expect(await library.control.retry({ videos: ['a'] })).toEqual({ reopened: 2, videos: 1 });
    expect(await library.ledger.read('a')).toMatchObject({ total: 4, done: 2, failed: 0, accepted: 0 });
  });

  it.each(['tally', 'apply'] as const)(
    'outlasts that the video is let go of as published, about when it asks: %s',
    async (at) => {
      const library = openLibrary();
      await retired(library, 'a', 4, [[1, 3]]);
      const { ledger } = library;
      let times = 0;
      /** As whoever concludes a video does, by what it has read before. */
      const around = async <T>(work: () => Promise<T>): Promise<T> => {
        const before = await ledger.read('a');
        const made = at === 'tally' ? undefined : await work();
        const isPublished = before !== undefined && stateOf(before) === 'published';
        if (times < 2 && isPublished && (await ledger.retire('a', before.generation))) times += 1;
        return made ?? work();
      };
      const raced: Ledger = Object.assign(Object.create(ledger) as Ledger, {
        apply: (...change: Parameters<Ledger['apply']>) =>
          at === 'apply' && change[1].type !== 'restore'
            ? around(() => ledger.apply(...change))
            : ledger.apply(...change),
        tally: (video: string) => (at === 'tally' ? around(() => ledger.tally(video)) : ledger.tally(video)),
        read: (video: string) => ledger.read(video),
      });
      expect(await library.with({ ledger: raced }).retry({ videos: ['a'] })).toEqual({ reopened: 2, videos: 1 });
      expect(times).toBe(2);
      expect(await ledger.read('a')).toMatchObject({ total: 4, done: 2, failed: 0, accepted: 0 });
    },
  );

  it('counts a video that is named twice once', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0], failed: [1, 2] });
    expect(await library.control.retry({ videos: ['a', 'a'] })).toEqual({ reopened: 2, videos: 1 });
  });

  it('says what waits for the end of a pause', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [1] });
    await planned(library, 'b', { total: 2, failed: [0] });
    await library.control.pause('a');
    expect(await library.control.retry()).toEqual({ reopened: 2, videos: 2, paused: 1 });
  });

  it('leaves cancelled videos alone, and refuses them by name', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [1] });
    await planned(library, 'b', { total: 2, failed: [0] });
    await library.control.cancel('a');
    await expect(library.control.retry({ videos: ['b', 'a'] })).rejects.toEqual(code('video.state'));
    expect(await library.control.retry()).toEqual({ reopened: 1, videos: 1 });
    expect((await library.ledger.read('a'))?.failed).toBe(1);
  });

  it('tells of a video that nobody knows before it changes another', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [1] });
    await expect(library.control.retry({ videos: ['a', 'nobody'] })).rejects.toEqual(code('video.unknown'));
    expect((await library.ledger.read('a'))?.failed).toBe(1);
  });
});
