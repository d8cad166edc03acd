import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import type { MemoryEntry, MemoryObject } from '../../src/storage/memory-source.ts';
import { home, mediaPlaylist, openLibrary, videoFiles } from './harness.ts';
import type { Library } from './harness.ts';

const dead = 'https://dead.example';
const unreachable = new FlantsError('source.unreachable', 'GET https://dead.example: nobody listens');
const silence = (): never => {
  throw unreachable;
};

/** A video whose segments alternate between a host that answers and one that does not. */
function halfDead(id: string, count: number, answer: () => MemoryObject = silence): Record<string, MemoryEntry> {
  const names = Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? `seg${index}.ts` : `${dead}/${index}.ts`,
  );
  const objects = names.map((name): [string, MemoryEntry] =>
    name.startsWith(dead) ? [name, answer] : [`${home}/${id}/${name}`, { bytes: `media ${name}` }],
  );
  return {
    [`${home}/${id}/index.m3u8`]: { bytes: mediaPlaylist(names), contentType: 'application/vnd.apple.mpegurl' },
    [`${dead}/`]: answer,
    ...Object.fromEntries(objects),
  };
}

async function codesOf({ journal }: Library, video: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { failure } of (await journal.failures(video)).values()) {
    counts[failure.code] = (counts[failure.code] ?? 0) + 1;
  }
  return counts;
}

describe('patience', () => {
  it('of none ends with the files of a dead host failed, and everything else copied', async () => {
    const library = openLibrary({ ...halfDead('a', 4), ...videoFiles('b', 3) });
    const run = await library.copy({ patienceMs: 0 });
    expect(run.states).toEqual({ a: 'incomplete', b: 'published' });
    expect(await codesOf(library, 'a')).toEqual({ 'source.unreachable': 2 });
    expect(run.waiting.at(-1)).toEqual({
      places: ['dead.example'],
      files: 2,
      videos: 0,
      patienceMs: 0,
      isAllThatIsLeft: true,
    });
  });

  it('that is over is not begun again for the rest of a large video', async () => {
    const library = openLibrary(halfDead('a', 3_000));
    const run = await library.copy({ patienceMs: 300 });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect(await library.ledger.read('a')).toMatchObject({ total: 3_000, done: 1_500, failed: 1_500 });
    expect(await codesOf(library, 'a')).toEqual({ 'source.unreachable': 1_500 });
  });

  it('begins when what waits leaves no room for more', async () => {
    const media = `${dead}/a.ts`;
    const playlist = { bytes: mediaPlaylist([media]), contentType: 'application/vnd.apple.mpegurl' };
    // More batches than may wait at a time.
    const waiting = Array.from({ length: 1_700 }, (_, at) => `dead-${at}`);
    const playlists = waiting.map((id): [string, MemoryEntry] => [`${home}/${id}/index.m3u8`, playlist]);
    const others = { [media]: silence, [`${dead}/`]: silence, ...videoFiles('z', 1) };
    const library = openLibrary({ ...Object.fromEntries(playlists), ...others });
    const { states } = await library.copy({ patienceMs: 300, videos: [...waiting, 'z'] });
    expect(states).toEqual({ ...Object.fromEntries(waiting.map((id) => [id, 'incomplete'])), z: 'published' });
  });

  it('lasts while other work is under way', async () => {
    const held = Promise.withResolvers<void>();
    let asked = 0;
    const dies = (): MemoryObject => {
      asked += 1;
      // More tries than the patience alone would allow.
      if (asked === 8) held.resolve();
      if (asked < 9) throw unreachable;
      return { bytes: 'back' };
    };
    const slow: MemoryEntry = async () => {
      await held.promise;
      return { bytes: 'slow' };
    };
    const library = openLibrary({ ...halfDead('a', 2, dies), ...videoFiles('b', 1), [`${home}/b/seg0.ts`]: slow });
    const run = await library.copy({ patienceMs: 300, videos: ['a', 'b'] });
    expect(run.states).toEqual({ a: 'published', b: 'published' });
    expect(run.waiting[0]).toMatchObject({ places: ['dead.example'], files: 1, isAllThatIsLeft: false });
  });

  it('ends for files of a host that answers with server errors alone', async () => {
    const broken = (): never => {
      throw new FlantsError('source.status', 'answered with status 500', { status: 500 });
    };
    const library = openLibrary({ ...videoFiles('a', 3), ...halfDead('b', 4, broken) });
    const run = await library.copy({ patienceMs: 200 });
    expect(run.states).toEqual({ a: 'published', b: 'incomplete' });
    expect(await codesOf(library, 'b')).toEqual({ 'source.status': 2 });
  });

  it('ends for playlists of a host that answers with server errors alone', async () => {
    const broken = (): never => {
      throw new FlantsError('source.status', 'answered with status 502', { status: 502 });
    };
    const library = openLibrary({ [`${home}/a/index.m3u8`]: broken, [`${home}/`]: broken });
    const run = await library.copy({ patienceMs: 200, videos: ['a'] });
    expect(run.states).toEqual({ a: 'invalid' });
    expect(run.failures.map(({ code }) => code)).toEqual(['source.status']);
    expect(run.waiting).toMatchObject([{ places: ['cdn.example'], files: 0, videos: 1, isAllThatIsLeft: true }]);
  });

  it('ends for a destination that takes nothing any more', async () => {
    const library = openLibrary(videoFiles('a', 4));
    const run = await library.copy({
      patienceMs: 200,
      between: (store) => ({
        ...store,
        async put() {
          throw new FlantsError('store.unreachable', 'PUT: nobody listens');
        },
      }),
    });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect(await codesOf(library, 'a')).toEqual({ 'store.unreachable': 4 });
    expect(run.waiting.at(-1)).toMatchObject({ places: ['the destination'], files: 4, isAllThatIsLeft: true });
  });

  it('ends for a destination that asks to come back later by server errors, and never says when', async () => {
    const library = openLibrary(videoFiles('a', 2));
    const run = await library.copy({
      patienceMs: 200,
      between: (store) => ({
        ...store,
        async put() {
          throw new FlantsError('store.throttled', 'PUT: status 503', { status: 503 });
        },
      }),
    });
    expect(run.states).toEqual({ a: 'incomplete' });
    expect(await codesOf(library, 'a')).toEqual({ 'store.throttled': 2 });
  });

  it.each([
    ['media', `${home}/a/seg1.ts`, 'incomplete', 1],
    // Which is asked for again where it stands.
    ['a playlist', `${home}/a/index.m3u8`, 'invalid', 5],
  ])(
    'ends for %s of which a host that serves all else asks to come back later, for ever',
    async (_, url, state, times) => {
      let asked = 0;
      const later = (): never => {
        asked += 1;
        throw new FlantsError('source.throttled', 'later', { status: 429, retryAfterMs: 100 });
      };
      const library = openLibrary({ ...videoFiles('a', 3), ...videoFiles('b', 3), [url]: later });
      const run = await library.copy({ patienceMs: 50, videos: ['a', 'b'] });
      expect(run.states).toEqual({ a: state, b: 'published' });
      const found = state === 'invalid' ? run.failures : [...(await library.journal.failures('a')).values()];
      expect(JSON.stringify(found)).toContain('source.throttled');
      expect(found).toHaveLength(1);
      expect(asked).toBeGreaterThan(1);
      expect(asked).toBeLessThan(6 * times);
    },
  );

  it('outlasts the time for which a host asks to be left alone', async () => {
    let asked = 0;
    const url = `${home}/a/seg1.ts`;
    const recovers = (): MemoryObject => {
      asked += 1;
      if (asked === 1) throw new FlantsError('source.throttled', 'later', { status: 503, retryAfterMs: 300 });
      return { bytes: 'back' };
    };
    const library = openLibrary({ ...videoFiles('a', 3), [url]: recovers });
    const run = await library.copy({ patienceMs: 50 });
    expect(run.states).toEqual({ a: 'published' });
    expect(asked).toBe(2);
  });

  it('is not asked for where an origin recovers in time', async () => {
    let asked = 0;
    const recovers = (): MemoryObject => {
      asked += 1;
      if (asked < 5) throw unreachable;
      return { bytes: 'back' };
    };
    const library = openLibrary(halfDead('a', 2, recovers));
    const run = await library.copy({ patienceMs: 20_000 });
    expect(run.states).toEqual({ a: 'published' });
    expect(run.waiting).toHaveLength(1);
  });
});
