import { beforeEach, describe, expect, it } from 'vitest';
import {
  copied,
  decided,
  evidenceOf,
  failed,
  failureOf,
  fileAt,
  filesOf,
  listOf,
  publicationOf,
  revisionOf,
  submitted,
} from '../../../test/contract/journal/fixtures.ts';
import { FlantsError, failureWith } from '../../domain/failure.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import type { MemoryStore } from '../../storage/memory-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { openObjectJournal } from './journal.ts';

/** A store that tells what it was asked, and refuses what `isBroken` says. */
interface WatchedStore extends ObjectStore {
  /** Method and key, in order. */
  readonly asked: string[];
  isBroken: (request: string) => boolean;
  /** Most `get` that were under way at a time. */
  mostGets: number;
}

function watched(store: MemoryStore): WatchedStore {
  const ask = (method: string, key: string): void => {
    const request = `${method} ${key}`;
    watching.asked.push(request);
    if (watching.isBroken(request)) throw new FlantsError('store.full', 'no room');
  };
  let gets = 0;
  const watching: WatchedStore = {
    ...store,
    asked: [],
    isBroken: () => false,
    mostGets: 0,
    put: async (key, ...rest) => (ask('put', key), store.put(key, ...rest)),
    get: async (key, options) => {
      ask('get', key);
      gets += 1;
      watching.mostGets = Math.max(watching.mostGets, gets);
      const found = await store.get(key, options);
      gets -= 1;
      return found;
    },
    delete: async (key, ...rest) => (ask('delete', key), store.delete(key, ...rest)),
    list: (prefix, options) => (ask('list', prefix), store.list(prefix, options)),
  };
  return watching;
}

describe('a journal of objects', () => {
  let objects: MemoryStore;
  let store: WatchedStore;
  /** What was asked of the store meanwhile. */
  const askedBy = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = store.asked.length;
    await work();
    return store.asked.slice(before);
  };

  beforeEach(() => {
    objects = openMemoryStore('s3://private/state');
    store = watched(objects);
  });

  describe('after a crash', () => {
    it('has not sealed what lacks its header, and takes it when it is sealed again', async () => {
      const revision = revisionOf('v', filesOf(2_500));
      for (const broken of [/files-1000-/, /documents$/, /header$/]) {
        store.isBroken = (request) => request.startsWith('put') && broken.test(request);
        await expect(openObjectJournal(store).seal(revision)).rejects.toMatchObject({ code: 'store.full' });
        store.isBroken = () => false;
        expect(await openObjectJournal(store).revision('v', revision.digest)).toBeUndefined();
        expect(await openObjectJournal(store).files('v', revision.digest, [[0, 2_500]])).toEqual([]);
      }
      await openObjectJournal(store).seal(revision);
      expect(await openObjectJournal(store).files('v', revision.digest, [[0, 2_500]])).toHaveLength(2_500);
    });

    it('has not lost what was decided of a video whose purge was cut short, and ends it when it is purged again', async () => {
      const revision = revisionOf('v', filesOf(2_500));
      for (let isWhole = false, deletions = 0; !isWhole; deletions++) {
        const journal = openObjectJournal(store);
        await journal.decide(submitted('v'));
        await journal.decide(decided('cancelled', 'v', '2026-11-03T10:00:00.000Z'));
        await journal.seal(revision);
        await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
        await journal.recordPublication(publicationOf('v', revision.digest));
        let left = deletions;
        store.isBroken = (request) => request.startsWith('delete') && left-- <= 0;
        await journal.purge('v').catch(() => undefined);
        store.isBroken = () => false;

        const after = openObjectJournal(store);
        isWhole = objects.objects.size === 0;
        const decisions = await listOf(after.decisions('v'));
        if (!isWhole) expect(decisions).not.toEqual([]);
        if (await after.submission('v')) expect(decisions).toHaveLength(2);
        if (await after.revision('v', revision.digest))
          expect(await after.files('v', revision.digest, [[0, 2_500]])).toHaveLength(2_500);
        await after.purge('v');
        expect(objects.objects.size).toBe(0);
      }
    });

    it('hears of a submission that was decided, once it is decided again', async () => {
      store.isBroken = (request) => request === 'put submissions/v';
      await expect(openObjectJournal(store).decide(submitted('v'))).rejects.toMatchObject({ code: 'store.full' });
      store.isBroken = () => false;
      await openObjectJournal(store).decide(submitted('v'));
      expect(await openObjectJournal(store).submission('v')).toEqual(submitted('v').submission);
      expect(await listOf(openObjectJournal(store).decisions('v'))).toHaveLength(1);
    });
  });

  describe('asks little', () => {
    it('of a plan that batches read, nothing twice', async () => {
      const revision = revisionOf('v', filesOf(5_000));
      await openObjectJournal(store).seal(revision);
      const journal = openObjectJournal(store);
      const first = await askedBy(() => journal.files('v', revision.digest, [[2_100, 2_200]]));
      expect(first.map((request) => request.replace(/.*\//, ''))).toEqual(['header', 'files-2000-3000']);
      expect(await askedBy(() => journal.files('v', revision.digest, [[2_200, 2_300]]))).toEqual([]);
      const next = await askedBy(() => journal.files('v', revision.digest, [[2_950, 3_050]]));
      expect(next.map((request) => request.replace(/.*\//, ''))).toEqual(['files-3000-4000']);
    });

    it.each([10, 1_500])('of a plan of %i files that it has sealed itself, nothing', async (count) => {
      const revision = revisionOf('v', filesOf(count));
      const journal = openObjectJournal(store);
      await journal.seal(revision);
      expect(await askedBy(() => journal.revision('v', revision.digest))).toEqual([]);
      expect(await askedBy(() => journal.files('v', revision.digest, [[0, count]]))).toEqual([]);
    });

    it('to seal a small plan, and to read it', async () => {
      const revision = revisionOf('v', filesOf(1_000));
      const header = `revisions/v/${revision.digest}/header`;
      expect(await askedBy(() => openObjectJournal(store).seal(revision))).toEqual([`put ${header}`]);
      const journal = openObjectJournal(store);
      expect(await askedBy(() => journal.revision('v', revision.digest))).toEqual([`get ${header}`]);
      expect(await askedBy(() => journal.files('v', revision.digest, [[900, 1_000]]))).toEqual([]);
    });

    it('of a plan with large documents, no more than what is wanted', async () => {
      const large = {
        key: 'v/main.m3u8',
        url: 'https://h/main.m3u8',
        role: 'media-playlist',
        body: Buffer.alloc(300_000),
      } as const;
      const revision = { ...revisionOf('v', filesOf(10)), documents: [large] };
      await openObjectJournal(store).seal(revision);
      const journal = openObjectJournal(store);
      const asked = await askedBy(() => journal.files('v', revision.digest, [[0, 10]]));
      expect(asked.map((request) => request.replace(/.*\//, ''))).toEqual(['header', 'files-0-10']);
      expect((await journal.revision('v', revision.digest))?.documents).toEqual([large]);
    });

    it('of decisions, a listing and what is new', async () => {
      const [journal, other] = [openObjectJournal(store), openObjectJournal(store)];
      await journal.decide(submitted('v'));
      expect(await askedBy(() => listOf(journal.decisions('v')))).toEqual(['list decisions/v/']);
      await other.decide(decided('cancelled', 'v', '2026-11-03T10:00:00.000Z'));
      expect(await askedBy(() => listOf(journal.decisions('v')))).toHaveLength(2);
      expect(await askedBy(() => listOf(journal.decisions('v')))).toEqual(['list decisions/v/']);
    });

    it('of many who want the same at a time, one request', async () => {
      const revision = revisionOf('v', filesOf(2_000));
      await openObjectJournal(store).seal(revision);
      const journal = openObjectJournal(store);
      const asked = await askedBy(() =>
        Promise.all(
          Array.from({ length: 5 }, (_, at) => journal.files('v', revision.digest, [[at * 100, at * 100 + 100]])),
        ),
      );
      expect(asked.map((request) => request.replace(/.*\//, ''))).toEqual(['header', 'files-0-1000']);
    });

    it('of evidence, a listing and what is new', async () => {
      const writer = openObjectJournal(store);
      const reader = openObjectJournal(store);
      for (let index = 0; index < 5; index++) await writer.recordOutcomes('v', [copied(evidenceOf(fileAt(index).key))]);
      const keys = filesOf(10).map(({ key }) => key);
      expect(await askedBy(() => reader.evidence('v', keys))).toHaveLength(1 + 5);
      expect(await askedBy(() => reader.evidence('v', keys))).toEqual(['list outcomes/v/']);
      await writer.recordOutcomes('v', [copied(evidenceOf(fileAt(7).key))]);
      expect(await askedBy(() => reader.evidence('v', keys))).toHaveLength(2);
      expect(await askedBy(() => writer.evidence('v', keys))).toEqual(['list outcomes/v/']);
      expect(await askedBy(() => writer.evidence('v', []))).toEqual([]);
    });

    it('of failures, a listing where no file has failed', async () => {
      const writer = openObjectJournal(store);
      await writer.recordOutcomes('v', [copied(evidenceOf('a'))]);
      expect(await askedBy(() => openObjectJournal(store).failures('v'))).toEqual(['list outcomes/v/']);
      await writer.recordOutcomes('v', [failed(failureOf('b'))]);
      expect((await openObjectJournal(store).failures('v')).size).toBe(1);
    });

    it('of unpublished videos, two listings', async () => {
      const journal = openObjectJournal(store);
      for (const id of ['a', 'b/c', 'D']) await journal.decide(submitted(id));
      const asked = await askedBy(() => listOf(journal.unpublished()));
      expect(asked.toSorted()).toEqual(['list publications/', 'list submissions/']);
    });

    it('reads 1,000 objects of a video a few at a time', async () => {
      const writer = openObjectJournal(store);
      const files = filesOf(1_000);
      for (const { key } of files) await writer.recordOutcomes('v', [copied(evidenceOf(key))]);
      const keys = files.map(({ key }) => key);
      expect((await openObjectJournal(store).evidence('v', keys)).size).toBe(1_000);
      expect(store.mostGets).toBeGreaterThan(1);
      expect(store.mostGets).toBeLessThanOrEqual(16);
    });
  });

  it('grows by one object a day of a file that fails alike at each look, and at once where it fails otherwise', async () => {
    const journal = openObjectJournal(store);
    const fail = async (at: string, more: Parameters<typeof failureOf>[1] = {}): Promise<number> => {
      const outcome = failed(failureOf('a', { at, generation: at, ...more }));
      const asked = await askedBy(() => journal.recordOutcomes('v', [outcome]));
      return asked.filter((request) => request.startsWith('put')).length;
    };
    expect(await fail('2026-11-02T10:00:00.000Z', { tries: 2 })).toBe(1);
    expect(await fail('2026-11-02T10:00:10.000Z', { tries: 3 })).toBe(1);
    for (const tries of [1, 2, 3]) expect(await fail('2026-11-02T11:00:00.000Z', { tries })).toBe(0);
    const gone = { failure: failureWith('source.not-found', 'gone', { status: 404 }), tries: 1 };
    expect(await fail('2026-11-02T12:00:00.000Z', gone)).toBe(1);
    expect(await fail('2026-11-03T11:00:00.000Z', gone)).toBe(0);
    expect(await fail('2026-11-03T12:00:00.000Z', gone)).toBe(1);
    await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
    expect(await fail('2026-11-03T13:00:00.000Z', gone)).toBe(1);
    expect((await openObjectJournal(store).failures('v')).get('a')?.at).toBe('2026-11-03T13:00:00.000Z');
  });

  it('puts what comes after behind what was seen, by however much clocks differ', async () => {
    const [ahead, behind] = [
      openObjectJournal(store, { now: () => 2e12 }),
      openObjectJournal(store, { now: () => 1e12 }),
    ];
    await ahead.recordOutcomes('v', [copied(evidenceOf('a', { worker: 'ahead' }))]);
    expect((await behind.evidence('v', ['a'])).size).toBe(1);
    await behind.forget('v', ['a']);
    expect((await ahead.evidence('v', ['a'])).size).toBe(0);
    await openObjectJournal(store, { now: () => 0 }).recordOutcomes('v', [copied(evidenceOf('a', { worker: 'last' }))]);
    expect((await behind.evidence('v', ['a'])).get('a')?.worker).toBe('last');
  });

  it('is submitted as was decided last, whichever writer is the slower', async () => {
    const [slow, quick] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const put: ObjectStore['put'] = async (key, ...rest) => {
      if (key.startsWith('submissions/')) {
        quick.resolve();
        await slow.promise;
      }
      return store.put(key, ...rest);
    };
    await openObjectJournal(store).decide(submitted('v'));
    const [byCatalogue, byPerson] = [submitted('v', 'https://cdn/row.m3u8'), submitted('v', 'https://cdn/mine.m3u8')];
    const deciding = openObjectJournal({ ...store, put }).decide(byCatalogue);
    await quick.promise;
    await openObjectJournal(store).decide(byPerson);
    slow.resolve();
    await deciding;
    const journal = openObjectJournal(store);
    expect((await listOf(journal.decisions('v'))).at(-1)).toEqual(byPerson);
    expect(await journal.submission('v')).toEqual(byPerson.submission);
  });

  describe('read for one batch after the other', () => {
    let clock: number;
    let listed: number;
    /** A process whose clock is behind by so much. */
    const processBehind = (ms: number): ReturnType<typeof openObjectJournal> => {
      const list: ObjectStore['list'] = async function* (...of) {
        for await (const object of store.list(...of)) {
          listed += 1;
          yield object;
        }
      };
      return openObjectJournal({ ...store, list }, { now: () => clock - ms });
    };
    const lookUp = async (journal: ReturnType<typeof openObjectJournal>, key: string): Promise<number> => {
      listed = 0;
      return (await journal.evidence('v', [key], { mayLag: true })).size;
    };

    beforeEach(() => {
      clock = 1e12;
    });

    it('lists what may be new alone, a lot seldom, and sees what others have written', async () => {
      const [mine, other] = [processBehind(0), processBehind(10_000)];
      expect(await lookUp(other, 'a0')).toBe(0);
      let most = 0;
      for (let batch = 0; batch < 600; batch++) {
        clock += 100;
        expect(await lookUp(mine, `a${batch}`)).toBe(0);
        most = Math.max(most, listed);
        await (batch % 2 ? mine : other).recordOutcomes('v', [copied(evidenceOf(`a${batch}`))]);
        expect(await lookUp(mine, `a${batch}`)).toBe(1);
      }
      expect(most).toBeLessThan(260);
      clock += 60_000;
      await lookUp(mine, 'a0');
      expect(listed).toBe(600);
    });

    it('sees by the next minute what a clock far off has written, and what it has seen before that at once', async () => {
      const [mine, late] = [processBehind(0), processBehind(300_000)];
      for (const key of ['a', 'b']) {
        clock += 10_000;
        await mine.recordOutcomes('v', [copied(evidenceOf(key))]);
      }
      expect(await lookUp(mine, 'a')).toBe(1);
      await late.forget('v', ['a']);
      expect(await lookUp(mine, 'a')).toBe(0);
      await mine.recordOutcomes('v', [copied(evidenceOf('a'))]);
      expect(await lookUp(mine, 'a')).toBe(1);
      clock += 20_000;
      await mine.recordOutcomes('v', [copied(evidenceOf('c'))]);
      expect(await lookUp(mine, 'c')).toBe(1);
      await late.recordOutcomes('v', [copied(evidenceOf('d'))]);
      expect((await mine.evidence('v', ['d'])).size).toBe(1);
      clock += 60_000;
      expect(await lookUp(mine, 'd')).toBe(1);
    });

    it('knows no more what was purged elsewhere', async () => {
      const [mine, other] = [processBehind(0), processBehind(0)];
      for (const key of ['a', 'b', 'c']) await mine.recordOutcomes('v', [copied(evidenceOf(key))]);
      expect(await lookUp(mine, 'a')).toBe(1);
      await other.purge('v');
      expect(await lookUp(mine, 'a')).toBe(0);
      await other.recordOutcomes('v', [copied(evidenceOf('b'))]);
      expect(await lookUp(mine, 'b')).toBe(1);
      expect(await lookUp(mine, 'a')).toBe(0);
    });
  });

  it('refuses what is damaged or of a newer version, and names it', async () => {
    const journal = openObjectJournal(store);
    await journal.decide(submitted('v'));
    await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
    for (const [key, object] of objects.objects) {
      objects.objects.set(key, { ...object, body: Buffer.from('{"format":2}') });
    }
    const fresh = openObjectJournal(store);
    await expect(fresh.submission('v')).rejects.toMatchObject({ code: 'state.unusable' });
    await expect(fresh.submission('v')).rejects.toThrow('s3://private/state/submissions/v');
    await expect(fresh.evidence('v', ['a'])).rejects.toMatchObject({ code: 'state.unusable' });
  });
});
