import { describe, expect, it } from 'vitest';
import { openLibrary, listed, planned, lease, all, code } from '../../test/control/library.ts';
import { exchange } from '../../test/cluster/gate.ts';
import { failureWith, FlantsError } from '../domain/failure.ts';
import type { Journal } from '../journal/journal.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';

/** A ledger that cannot be reached. */
function awayLedger(): Ledger {
  const away = async (): Promise<never> => {
    throw new FlantsError('state.unusable', 'the ledger is away');
  };
  return new Proxy(new MemoryLedger(), { get: () => away });
}

describe('holding', () => {
  it('pauses, and goes on', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3 });
    expect(await library.control.pause('a')).toEqual({ video: 'a', state: 'paused' });
    expect(await library.control.resume('a')).toEqual({ video: 'a', state: 'copying' });
    expect(library.asked).toEqual(['move on a']);
  });

  it('is decided once, however often it is asked for', async () => {
    const library = openLibrary();
    await listed(library, 'a');
    for (let times = 0; times < 3; times++) await library.control.pause('a');
    const decisions = await all(library.journal.decisions('a'));
    expect(decisions.map(({ type }) => type)).toEqual(['submitted', 'paused']);
  });

  it('of a video that was not admitted yet brings it there on hold', async () => {
    const library = openLibrary();
    await listed(library, 'a');
    expect((await library.control.pause('a')).state).toBe('paused');
    expect((await library.ledger.read('a'))?.hold).toBe('paused');
  });

  it('of a cancelled video is refused: it is submitted again', async () => {
    const library = openLibrary();
    await listed(library, 'a');
    await library.control.cancel('a');
    await expect(library.control.resume('a')).rejects.toEqual(code('video.state'));
    await expect(library.control.resume('a')).rejects.toThrow('submit it again');
    await expect(library.control.pause('a')).rejects.toEqual(code('video.state'));
  });

  it.each(['pause', 'resume'] as const)('does not end a cancellation of the same moment: %s', async (verb) => {
    const library = openLibrary();
    const { control, journal, ledger } = library;
    await planned(library, 'a', { total: 3 });
    await control.pause('a');
    if (verb === 'pause') await control.resume('a');
    const deciding = exchange<Journal>(journal, {
      async decide(decision) {
        await control.cancel('a');
        await journal.decide(decision);
      },
    });
    await expect(library.with({ journal: deciding })[verb]('a')).rejects.toEqual(code('video.state'));
    expect((await ledger.read('a'))?.hold).toBe('cancelled');
  });

  it('of a video that is purged in the same moment is refused, and not called pending', async () => {
    const library = openLibrary();
    const { control, journal, ledger } = library;
    await listed(library, 'a');
    await control.cancel('a');
    const restoring = exchange<Ledger>(ledger, {
      async read(video) {
        await journal.purge(video);
        return undefined;
      },
    });
    await expect(library.with({ ledger: restoring }).prioritise('a', true)).rejects.toEqual(code('video.unknown'));
  });

  it('ends as the last one decided, when many decide at a time', async () => {
    const library = openLibrary();
    const { control, journal, ledger } = library;
    await planned(library, 'a', { total: 3 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? control.resume('a') : control.pause('a'))));
    const last = (await all(journal.decisions('a'))).at(-1)?.type;
    expect((await ledger.read('a'))?.hold).toBe(last === 'paused' ? 'paused' : undefined);
  });

  it.each(['pause', 'resume', 'cancel', 'show', 'purge'] as const)(
    'does not %s what nobody submitted',
    async (verb) => {
      await expect(openLibrary().control[verb]('nobody')).rejects.toEqual(code('video.unknown'));
    },
  );
});

describe('cancelling', () => {
  it('waits until nothing is under way', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.ledger.lease('a', lease(generation));
    const cancelling = library.control.cancel('a', { waitMs: 60_000 });
    while ((await library.ledger.read('a'))?.hold === undefined) await new Promise(setImmediate);
    await library.ledger.release('a', 'l');
    expect(await cancelling).toEqual({ video: 'a', state: 'cancelled', underWay: 0 });
  });

  it('tells what is under way still when nobody waits', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.ledger.lease('a', lease(generation));
    expect(await library.control.cancel('a')).toEqual({ video: 'a', state: 'cancelled', underWay: 1 });
    const signal = AbortSignal.abort();
    expect((await library.control.cancel('a', { waitMs: 60_000, signal })).underWay).toBe(1);
  });
});

describe('what was decided', () => {
  it('stands while the ledger is away, and takes effect later', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3 });
    const pending = failureWith('state.unusable', 'the ledger is away');
    expect(await library.with({ ledger: awayLedger() }).pause('a')).toEqual({ video: 'a', pending });
    expect((await library.ledger.read('a'))?.hold).toBeUndefined();
    expect((await library.control.pause('a')).state).toBe('paused');
  });

  it('is nothing while the journal is away', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3 });
    const journal = new MemoryJournal();
    journal.submission = () => Promise.reject(new FlantsError('state.unusable', 'the journal is away'));
    await expect(library.with({ journal }).cancel('a')).rejects.toEqual(code('state.unusable'));
    expect((await library.ledger.read('a'))?.hold).toBeUndefined();
  });

  it('about priority holds until something else is decided', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3 });
    await library.control.prioritise('a', true);
    expect((await library.ledger.read('a'))?.fresh).toBe(true);
    await library.control.prioritise('a', false);
    expect((await library.ledger.read('a'))?.fresh).toBeUndefined();
  });
});
