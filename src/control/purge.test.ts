import { describe, expect, it } from 'vitest';
import { openLibrary, planned, retired, lease, code } from '../../test/control/library.ts';
import { exchange } from '../../test/cluster/gate.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Journal } from '../journal/journal.ts';
import { restoreVideo } from '../journal/restore.ts';

describe('purging', () => {
  it('forgets a cancelled video, and says what stays at the destination', async () => {
    const library = openLibrary();
    await retired(library, 'a', 4);
    await library.control.cancel('a');
    expect(await library.control.purge('a')).toEqual({ video: 'a', objectsLeft: 5 });
    expect(await library.ledger.read('a')).toBeUndefined();
    await expect(library.control.show('a')).rejects.toEqual(code('video.unknown'));
  });

  it('counts what was published before its source became another', async () => {
    const library = openLibrary();
    await retired(library, 'a', 4, [[0, 1]]);
    await library.control.submit({ id: 'a', playlistUrl: 'https://cdn.example/other/index.m3u8' });
    await library.control.cancel('a');
    expect(await library.control.purge('a')).toEqual({ video: 'a', objectsLeft: 4 });
  });

  it('is refused while the video is wanted, unless its catalogue has it no more', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0] });
    await expect(library.control.purge('a')).rejects.toEqual(code('video.state'));
    expect(await library.with({ withdrawn: ['a'] }).purge('a')).toEqual({ video: 'a', objectsLeft: 1 });
  });

  it('is refused while something is under way', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.ledger.lease('a', lease(generation));
    await library.control.cancel('a');
    await expect(library.control.purge('a')).rejects.toThrow('under way');
    expect(await library.journal.submission('a')).toBeDefined();
  });

  it('keeps it cancelled for all who look at it meanwhile, whatever it was before', async () => {
    const library = openLibrary();
    await retired(library, 'a', 2);
    const { journal, ledger } = library;
    const seen: unknown[] = [];
    const purging = exchange<Journal>(journal, {
      async purge(video) {
        const record = await restoreVideo(video, { journal, ledger, newGeneration: () => 'other' });
        seen.push(record?.hold);
        await journal.purge(video);
        seen.push(await restoreVideo(video, { journal, ledger, newGeneration: () => 'other' }));
      },
    });
    await library.with({ journal: purging, withdrawn: ['a'] }).purge('a');
    expect(seen).toEqual(['cancelled', expect.objectContaining({ hold: 'cancelled' })]);
    expect(await ledger.read('a')).toBeUndefined();
  });

  it('that was cut short is taken up by the next one', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0] });
    const { journal } = library;
    const broken = exchange<Journal>(journal, {
      purge: () => Promise.reject(new FlantsError('state.unusable', 'the journal is away')),
    });
    await expect(library.with({ journal: broken, withdrawn: ['a'] }).purge('a')).rejects.toEqual(
      code('state.unusable'),
    );
    expect(await library.ledger.read('a')).toMatchObject({ hold: 'cancelled' });
    // In the end only decisions were left.
    const decisionsLeft = exchange<Journal>(journal, { submission: () => Promise.resolve(undefined) });
    expect(await library.with({ journal: decisionsLeft }).purge('a')).toEqual({ video: 'a', objectsLeft: 1 });
    expect(await library.ledger.read('a')).toBeUndefined();
    await expect(library.control.purge('a')).rejects.toEqual(code('video.unknown'));
  });
});
