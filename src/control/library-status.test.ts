import { describe, expect, it } from 'vitest';
import { openLibrary, listed, planned, retired, url, failure } from '../../test/control/library.ts';
import { failureWith } from '../domain/failure.ts';

describe('the status', () => {
  it('counts videos and files, and groups what failed by its reason', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0], failed: [1, 2] });
    const generation = await planned(library, 'b', { total: 2 });
    const live = failureWith('hls.live', 'this is live');
    await library.ledger.apply('b', { type: 'invalidate', generation, failure: live });
    await retired(library, 'c', 4, [[0, 1]]);
    await listed(library, 'd');
    const { totals, causes, destination } = await library.control.status();
    expect(destination).toBe('s3://bucket/vod');
    expect(totals.videos).toMatchObject({ incomplete: 1, invalid: 1, published: 1, waiting: 1 });
    expect(totals.files).toEqual({ total: 9, done: 4, failed: 3, accepted: 1 });
    expect(causes).toEqual([
      { code: 'source.not-found', files: 2, videos: 1, example: { video: 'a', key: 'a/seg1.ts', failure } },
      { code: 'hls.live', files: 0, videos: 1, example: { video: 'b', failure: live } },
    ]);
  });

  it('asks the journal little of videos that rest, and sees what becomes of them', async () => {
    const library = openLibrary();
    const { journal, ledger } = library;
    await listed(library, 'a', 'b');
    await retired(library, 'c', 4);
    let asked = 0;
    const publication = journal.publication.bind(journal);
    journal.publication = (video) => {
      asked += 1;
      return publication(video);
    };
    const counts = async (): Promise<unknown> => (await library.control.status()).totals.videos;
    expect(await counts()).toMatchObject({ waiting: 2, published: 1 });
    expect(asked).toBe(3);
    await counts();
    expect(asked).toBe(3);
    await library.control.pause('a');
    expect(await counts()).toMatchObject({ waiting: 1, paused: 1, published: 1 });
    await retired(library, 'b', 2);
    await library.control.submit({ id: 'd', playlistUrl: url('d') });
    expect(await counts()).toMatchObject({ waiting: 1, paused: 1, published: 2 });
    await library.control.cancel('a');
    await library.control.purge('a');
    expect(await counts()).toMatchObject({ waiting: 1, cancelled: 0, paused: 0, published: 2 });
    expect(await ledger.read('b')).toBeUndefined();
  });

  it('counts each video once that is published while they are counted', async () => {
    const library = openLibrary();
    const { journal } = library;
    await listed(library, 'a', 'b', 'c');
    let listings = 0;
    for (const name of ['published', 'unpublished'] as const) {
      const list = journal[name].bind(journal);
      journal[name] = async function* () {
        yield* list();
        listings += 1;
        if (listings === 1) await retired(library, 'b', 4);
      };
    }
    const { videos } = (await library.control.status()).totals;
    expect(Object.values(videos).reduce((sum, count) => sum + count)).toBe(3);
    expect((await library.control.status()).totals.videos).toMatchObject({ waiting: 2, published: 1 });
  });

  it('is counted once for all who ask at the same time', async () => {
    const { control } = openLibrary();
    const [one, other] = await Promise.all([control.status(), control.status()]);
    expect(one).toBe(other);
    expect(await control.status()).not.toBe(one);
    expect(await control.status({ maxAgeMs: 60_000 })).toBe(await control.status({ maxAgeMs: 60_000 }));
  });
});
