import { describe, expect, it } from 'vitest';
import { openLibrary, planned, all, code, url, failure } from '../../test/control/library.ts';

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

  it('takes a known video by its id alone, as the catalogue named it', async () => {
    const library = openLibrary();
    const { control, journal } = library;
    await planned(library, 'a', { total: 3 });
    const submission = {
      id: 'a',
      playlistUrl: url('a'),
      title: 'Algebra',
      recordedAt: '2026-10-31T10:00:00.000Z',
      sideFiles: [{ role: 'poster', url: 'https://cdn.example/a.jpg' }],
      hasTokens: true,
    } as const;
    await journal.decide({ type: 'submitted', video: 'a', at: '2026-10-01T00:00:00.000Z', submission });
    await control.cancel('a');
    expect(await control.submit({ id: 'a' })).toEqual({ video: 'a', state: 'copying' });
    expect(await journal.submission('a')).toEqual({ ...submission, by: 'person' });
    // What is not said stays, but side files are of a playlist, and tokens of a URL.
    await control.submit({ id: 'a', playlistUrl: `${url('a')}?token=mine`, title: 'Geometry' });
    const { hasTokens: _, ...named } = { ...submission, title: 'Geometry' };
    expect(await journal.submission('a')).toEqual({ ...named, playlistUrl: `${url('a')}?token=mine`, by: 'person' });
    await control.submit({ id: 'a', playlistUrl: url('other') });
    const { sideFiles: __, ...moved } = { ...named, playlistUrl: url('other') };
    expect(await journal.submission('a')).toEqual({ ...moved, by: 'person' });
  });

  it('knows no other video by its id alone', async () => {
    const { control, journal } = openLibrary();
    await expect(control.submit({ id: 'a' })).rejects.toEqual(code('video.unknown'));
    await expect(control.submit({})).rejects.toEqual(code('usage'));
    expect(await all(journal.submissions())).toEqual([]);
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
    ['an id that no path can hold', { playlistUrl: url('a'), id: '..' }],
    ['an instant that is none', { playlistUrl: url('a'), recordedAt: 'yesterday' }],
  ])('refuses %s', async (_, request) => {
    const { control, journal } = openLibrary();
    await expect(control.submit(request)).rejects.toEqual(code('usage'));
    expect(await all(journal.submissions())).toEqual([]);
  });
});
