import { describe, expect, it } from 'vitest';
import { failureWith, FlantsError } from '../domain/failure.ts';
import { restoreVideo } from '../journal/restore.ts';
import { exchange } from '../../test/cluster/gate.ts';
import { digestOf } from '../domain/revision.ts';
import type { Revision } from '../domain/revision.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Journal } from '../journal/journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import type { Ledger, Lease } from '../ledger/ledger.ts';
import { createControl } from './control.ts';
import type { Control } from './control.ts';

/** A library of which nothing runs: what control asks of the rest of the engine is written down. */
interface Library {
  readonly journal: MemoryJournal;
  readonly ledger: MemoryLedger;
  readonly control: Control;
  /** Calls of `takeNextStep` and `crawl`. */
  readonly asked: string[];
  /** Another control over the same, with one port replaced. */
  with(ports: {
    readonly ledger?: Ledger;
    readonly journal?: Journal;
    readonly withdrawn?: readonly string[];
  }): Control;
}

const failure = failureWith('source.not-found', 'no such file at the source', { status: 404 });

function openLibrary(): Library {
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();
  const asked: string[] = [];
  let [generation, clock] = [0, Date.parse('2026-11-01T00:00:00Z')];
  const controlOver: Library['with'] = ({ withdrawn, ...ports }) =>
    createControl({
      journal,
      ledger,
      newGeneration: () => `g${++generation}`,
      now: () => ++clock,
      destination: 's3://bucket/vod',
      tokenRules: async () => ({ tokenParameters: ['token'] }),
      idOf: (url) => (url.pathname === '/' ? undefined : url.pathname.slice(1)),
      isFresh: ({ recordedAt }) => recordedAt !== undefined,
      ...(withdrawn ? { isWithdrawn: async (video: string) => withdrawn.includes(video) } : {}),
      takeNextStep: async (video) => void asked.push(`move on ${video}`),
      crawl: async (video) => void asked.push(`crawl ${video}`),
      ...ports,
    });
  return { journal, ledger, asked, control: controlOver({}), with: controlOver };
}

const url = (id: string): string => `https://cdn.example/${id}`;

/** A video as a catalogue names it. */
async function listed({ journal }: Library, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const submission = { id, playlistUrl: url(id), title: `Class ${id}` };
    await journal.decide({ type: 'submitted', video: id, at: '2026-10-01T00:00:00.000Z', submission });
  }
}

interface Plan {
  readonly total: number;
  readonly done?: readonly number[];
  readonly failed?: readonly number[];
}

/** A video with a sealed plan in the ledger, of which some files came to their end. */
async function planned(library: Library, id: string, { total, done = [], failed = [] }: Plan): Promise<string> {
  const { journal, ledger } = library;
  await listed(library, id);
  const files = Array.from({ length: total }, (_, index) => {
    const key = `${id}/seg${index}.ts`;
    return { key, url: `https://cdn.example/${key}`, role: 'segment' } as const;
  });
  const body = new TextEncoder().encode(id);
  const documents = [{ key: `${id}/index.m3u8`, url: url(id), role: 'media-playlist', body }] as const;
  const revision: Revision = {
    video: id,
    digest: digestOf({ files, documents }),
    total,
    files,
    documents,
    playlists: [],
    external: [],
    warnings: [],
    hasTokens: false,
  };
  await journal.seal(revision);
  const { digest } = revision;
  await ledger.apply(id, { type: 'open', generation: `${id}-0` });
  const generation = `${id}-1`;
  await ledger.apply(id, { type: 'register', seen: `${id}-0`, generation, revision: digest, total, done: [] });
  await journal.recordOutcomes(
    id,
    failed.map((index) => ({
      index,
      kind: 'failed',
      failure: { key: `${id}/seg${index}.ts`, url: url(id), failure, generation, tries: 3, worker: 'w', at: '' },
    })),
  );
  await ledger.apply(id, { type: 'record', generation, revision: digest, done, failed });
  return generation;
}

/** A video that is published, and that the ledger has let go of. */
async function retired(
  library: Library,
  id: string,
  total: number,
  accepted: readonly [number, number][] = [],
): Promise<void> {
  const generation = await planned(library, id, { total });
  const revision = (await library.ledger.read(id))?.revision ?? '';
  const documents = [{ key: `${id}/index.m3u8`, etag: '"e"', crc32: '00000000', sizeBytes: 9 }];
  const at = '2026-10-02T00:00:00.000Z';
  await library.journal.recordPublication({ video: id, revision, at, total, accepted, sizeBytes: 4_711, documents });
  expect(await library.ledger.retire(id, generation)).toBe(true);
}

const lease = (generation: string): Lease => ({ id: 'l', generation, kind: 'batch', files: [[0, 2]], ttlMs: 60_000 });

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const code = (of: string): unknown => expect.objectContaining({ code: of });

/** A ledger that cannot be reached. */
function awayLedger(): Ledger {
  const away = async (): Promise<never> => {
    throw new FlantsError('state.unusable', 'the ledger is away');
  };
  return new Proxy(new MemoryLedger(), { get: () => away });
}

describe('submitting', () => {
  it('makes a video known, and has its source looked at', async () => {
    const library = openLibrary();
    expect(await library.control.submit({ playlistUrl: url('a'), title: 'A' })).toEqual({
      video: 'a',
      state: 'waiting',
    });
    expect(library.asked).toEqual(['crawl a']);
    expect(await library.journal.submission('a')).toEqual({ id: 'a', playlistUrl: url('a'), title: 'A', by: 'person' });
  });

  it('takes a blank title for none', async () => {
    const { control, journal } = openLibrary();
    await control.submit({ playlistUrl: url('a'), title: ' ' });
    expect(await journal.submission('a')).toEqual({ id: 'a', playlistUrl: url('a'), by: 'person' });
  });

  it('keeps the token of a URL, and shows it nowhere', async () => {
    const { control, journal } = openLibrary();
    await control.submit({ id: 'a', playlistUrl: `${url('a')}?token=secret&part=1` });
    expect((await journal.submission('a'))?.playlistUrl).toBe(`${url('a')}?token=secret&part=1`);
    const shown = JSON.stringify([await control.show('a'), await all(control.videos()), await control.report()]);
    expect(shown).toContain(`${url('a')}?part=1`);
    expect(shown).not.toContain('secret');
  });

  it('gives a cancelled video a fresh start', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3, done: [0] });
    await library.control.cancel('a');
    expect(await library.control.submit({ id: 'a', playlistUrl: url('a') })).toEqual({ video: 'a', state: 'copying' });
    expect((await library.ledger.read('a'))?.generation).not.toBe(generation);
  });

  it('gives an invalid video a fresh start', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.ledger.apply('a', { type: 'invalidate', generation, failure });
    expect((await library.control.submit({ id: 'a', playlistUrl: url('a') })).state).toBe('copying');
  });

  it('gives a video that has another playlist by now a fresh start without its plan, a new token does not', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.control.submit({ id: 'a', playlistUrl: `${url('a')}?token=new` });
    expect(await library.ledger.read('a')).toMatchObject({ total: 3 });
    await library.control.submit({ id: 'a', playlistUrl: url('other') });
    const record = await library.ledger.read('a');
    expect(record?.generation).not.toBe(generation);
    expect(record).not.toHaveProperty('revision');
    expect(library.asked).toEqual(['crawl a', 'crawl a']);
  });

  it('leaves the work on a known video alone, and has it looked at again', async () => {
    const library = openLibrary();
    const generation = await planned(library, 'a', { total: 3 });
    await library.control.submit({ id: 'a', playlistUrl: url('a') });
    expect((await library.ledger.read('a'))?.generation).toBe(generation);
    expect(library.asked).toEqual(['crawl a']);
  });

  it('puts a video forward where it is asked to, or where it was recorded lately', async () => {
    const { control, ledger } = openLibrary();
    await control.submit({ id: 'a', playlistUrl: url('a'), fresh: true });
    await control.submit({ id: 'b', playlistUrl: url('b'), recordedAt: '2026-10-31T10:00:00+01:00' });
    await control.submit({ id: 'c', playlistUrl: url('c') });
    expect((await ledger.read('a'))?.fresh).toBe(true);
    expect((await ledger.read('b'))?.fresh).toBe(true);
    expect((await ledger.read('c'))?.fresh).toBeUndefined();
    await control.submit({ id: 'a', playlistUrl: url('a'), fresh: false });
    expect((await ledger.read('a'))?.fresh).toBeUndefined();
  });

  it('takes an instant without an offset for UTC, wherever this process runs', async () => {
    const { control, journal } = openLibrary();
    await control.submit({ id: 'a', playlistUrl: url('a'), recordedAt: '2026-10-31T10:00:00' });
    expect((await journal.submission('a'))?.recordedAt).toBe('2026-10-31T10:00:00.000Z');
  });

  it.each([
    ['a URL that is none', { playlistUrl: 'index.m3u8' }],
    ['a scheme that no source reads', { playlistUrl: 'rtmp://cdn.example/a' }],
    ['a host without a playlist', { playlistUrl: 'https://cdn.example/' }],
    ['an empty id', { playlistUrl: url('a'), id: ' ' }],
    ['an instant that is none', { playlistUrl: url('a'), recordedAt: 'yesterday' }],
  ])('refuses %s', async (_, request) => {
    const { control, journal } = openLibrary();
    await expect(control.submit(request)).rejects.toEqual(code('usage'));
    expect(await all(journal.submissions())).toEqual([]);
  });
});

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

  it('tells of a video that nobody knows before it changes another', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [1] });
    await expect(library.control.retry({ videos: ['a', 'nobody'] })).rejects.toEqual(code('video.unknown'));
    expect((await library.ledger.read('a'))?.failed).toBe(1);
  });
});

describe('accepting', () => {
  it('lets a video go on without a file, by its key or the end of it', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0, 1], failed: [2] });
    const accepted = await library.control.accept({ video: 'a', file: 'seg2.ts', reason: 'lost at the source' });
    expect(accepted).toEqual({ video: 'a', key: 'a/seg2.ts', state: 'publishing' });
    expect(library.asked).toEqual(['move on a']);
  });

  it('is refused for a file that has not failed, or no more', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [2] });
    const accepting = library.control.accept({ video: 'a', file: 'seg0.ts', reason: 'x' });
    await expect(accepting).rejects.toEqual(code('video.state'));
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

  it('is counted once for all who ask at the same time', async () => {
    const { control } = openLibrary();
    const [one, other] = await Promise.all([control.status(), control.status()]);
    expect(one).toBe(other);
    expect(await control.status()).not.toBe(one);
    expect(await control.status({ maxAgeMs: 60_000 })).toBe(await control.status({ maxAgeMs: 60_000 }));
  });
});

describe('purging', () => {
  it('forgets a cancelled video, and says what stays at the destination', async () => {
    const library = openLibrary();
    await retired(library, 'a', 4);
    await library.control.cancel('a');
    expect(await library.control.purge('a')).toEqual({ video: 'a', objectsLeft: 5 });
    expect(await library.ledger.read('a')).toBeUndefined();
    await expect(library.control.show('a')).rejects.toEqual(code('video.unknown'));
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
