import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { audio, copyOf, inStore, multivariant, verify, video } from '../../test/media/verified-copy.ts';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from '../storage/checksum.ts';
import type { MemoryStore } from '../storage/memory-store.ts';
import type { Destination } from './destination.ts';
import type { Expected } from './check-object.ts';

describe('Verifying a copy', () => {
  test('finds nothing wrong with a whole one, a file marked GAP absent or not', async () => {
    expect(await verify(await copyOf())).toMatchObject({
      problems: [],
      playlists: 3,
      objects: 5,
      sizeBytes: 16 + 4 + 8 + 5,
    });
    expect((await verify(await copyOf({ 'lib/audio/en1.aac': 'there' }))).problems).toEqual([]);
  });

  test.each([
    ['a segment', 'lib/audio/en0.aac'],
    ['an initialization section', 'lib/init.mp4'],
    ['a key', 'lib/key.bin'],
    ['an object of byte ranges', 'lib/all.m4s'],
    ['a media playlist of an alternate rendition', 'lib/audio/en.m3u8'],
    ['the first playlist', 'lib/master.m3u8'],
  ])('names %s that is not there', async (_what, key) => {
    const { problems } = await verify(await copyOf({ [key]: undefined }));
    expect(problems.map((problem) => [problem.code, problem.key])).toEqual([
      ['verify.missing', key.slice('lib/'.length)],
    ]);
  });

  test('counts the playlists that it read', async () => {
    for (const [changes, playlists] of [
      [{ 'lib/audio/en.m3u8': undefined }, 2],
      [{ 'lib/video.m3u8': '<html>' }, 3],
      [{ 'lib/master.m3u8': multivariant.replace('video.m3u8', 'https://old.example/v.m3u8') }, 2],
      [{ 'lib/master.m3u8': undefined }, 0],
    ] as const)
      expect(await verify(await copyOf(changes))).toMatchObject({ playlists });
  });

  test('names everything at once', async () => {
    const store = await copyOf({ 'lib/key.bin': undefined, 'lib/video.m3u8': video, 'lib/audio/en.m3u8': undefined });
    expect((await verify(store)).problems.map(({ key }) => key)).toEqual(['audio/en.m3u8', 'key.bin']);
  });

  test.each(['', '#EXT-X-PLAYLIST-TYPE:VOD'])('names a playlist without an end, %s', async (type) => {
    const endless = video.replace('#EXT-X-ENDLIST', type);
    expect((await verify(await copyOf({ 'lib/video.m3u8': endless }))).problems).toMatchObject([
      { code: 'verify.playlist', key: 'video.m3u8', message: expect.stringContaining('no EXT-X-ENDLIST') },
    ]);
  });

  test.each([
    ['an object too short for its ranges', { 'lib/all.m4s': '0123456' }, 'verify.size', 'all.m4s'],
    ['nothing in place of a segment', { 'lib/audio/en0.aac': '' }, 'verify.wrong-body', 'audio/en0.aac'],
    ['a key that is none', { 'lib/key.bin': 'short' }, 'verify.size', 'key.bin'],
    [
      'an absolute URI',
      { 'lib/video.m3u8': video.replace('init.mp4', 'https://old.example/init.mp4') },
      'verify.outside',
      'https://old.example/init.mp4',
    ],
    [
      'a playlist elsewhere',
      { 'lib/master.m3u8': multivariant.replace('video.m3u8', 'https://old.example/v.m3u8') },
      'verify.outside',
      'https://old.example/v.m3u8',
    ],
    ['something that is no playlist', { 'lib/video.m3u8': '<html>' }, 'verify.playlist', 'video.m3u8'],
  ])('names %s', async (_what, changes, code, key) => {
    expect((await verify(await copyOf(changes))).problems).toMatchObject([{ code, key }]);
  });

  test('names what a URI cannot be the address of as missing, and verifies all else', async () => {
    for (const name of ['50%.aac', '%E4.aac']) {
      const changes = { 'lib/audio/en.m3u8': audio.replace('en0.aac', name), [`lib/audio/${name}`]: 'media' };
      expect((await verify(await copyOf({ ...changes, 'lib/key.bin': undefined }))).problems).toMatchObject([
        { code: 'verify.missing', key: 'key.bin' },
        { code: 'verify.missing', key: `s3://bucket/lib/audio/${name}` },
      ]);
    }
    const playlist = { 'lib/master.m3u8': multivariant.replace('video.m3u8', '%E4.m3u8') };
    expect((await verify(await copyOf(playlist))).problems).toMatchObject([
      { code: 'verify.missing', key: 's3://bucket/lib/%E4.m3u8' },
    ]);
    const unkeyed = { 'lib/audio/en.m3u8': audio.replace('en0.aac', 'a%00b.aac'), 'lib/key.bin': undefined };
    expect((await verify(await copyOf(unkeyed))).problems).toMatchObject([
      { code: 'store.key', key: 'audio/a\0b.aac' },
      { code: 'verify.missing', key: 'key.bin' },
    ]);
  });

  test('names a page in place of a segment, if its type or its bytes show it', async () => {
    const page = '<!doctype html><title>Player</title>';
    const problems = [{ code: 'verify.wrong-body', key: 'audio/en0.aac' }];
    const store = await copyOf({ 'lib/audio/en0.aac': page });
    expect((await verify(store, { readsBytes: true })).problems).toMatchObject(problems);
    const relabel = (key: string): void => {
      const object = store.objects.get(key);
      if (object) store.objects.set(key, { ...object, contentType: 'text/html' });
    };
    relabel('lib/audio/en0.aac');
    relabel('lib/key.bin');
    expect((await verify(store)).problems).toMatchObject(problems);
  });

  describe('with a Content-Encoding', () => {
    const encoded = async (key: string, body: Uint8Array, contentEncoding = 'gzip'): Promise<MemoryStore> => {
      const store = await copyOf();
      const object = store.objects.get(key);
      if (object) store.objects.set(key, { ...object, body, contentEncoding });
      return store;
    };

    test('takes what is compressed so for what players get', async () => {
      for (const readsBytes of [false, true]) {
        const segment = await encoded('lib/audio/en0.aac', gzipSync('audio'));
        expect(await verify(segment, { readsBytes })).toMatchObject({ problems: [], sizeBytes: 16 + 4 + 8 + 5 });
        expect((await verify(await encoded('lib/video.m3u8', gzipSync(video)), { readsBytes })).problems).toEqual([]);
        const plain = await encoded('lib/audio/en0.aac', Buffer.from('audio'), 'aws-chunked');
        expect((await verify(plain, { readsBytes })).problems).toEqual([]);
      }
    });

    test.each([
      ['a segment that is not compressed', 'lib/audio/en0.aac', Buffer.from('audio'), 'verify.wrong-body'],
      ['a playlist that is not', 'lib/video.m3u8', Buffer.from(video), 'verify.wrong-body'],
      ['a first playlist that is not', 'lib/master.m3u8', Buffer.from(multivariant), 'verify.wrong-body'],
      ['a key that is not', 'lib/key.bin', Buffer.from('sixteen bytes ok'), 'verify.wrong-body'],
      ['compressed bytes of which ranges are named', 'lib/all.m4s', gzipSync('01234567'), 'verify.range'],
    ])('names %s', async (_what, key, body, code) => {
      const problems = [{ code, key: key.slice('lib/'.length) }];
      expect((await verify(await encoded(key, body))).problems).toMatchObject(problems);
    });
  });

  test('finds nothing wrong with subtitles that are a WebVTT file themselves', async () => {
    const subtitles = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",URI="en.vtt"\n';
    const changes = { 'lib/master.m3u8': multivariant.replace('#EXTM3U\n', `#EXTM3U\n${subtitles}`) };
    expect(await verify(await copyOf({ ...changes, 'lib/en.vtt': 'WEBVTT\n\n' }))).toMatchObject({
      problems: [],
      objects: 6,
    });
    expect((await verify(await copyOf(changes))).problems).toMatchObject([{ code: 'verify.missing', key: 'en.vtt' }]);
  });

  test('finds nothing wrong with WebVTT segments in which nobody speaks, whatever their names', async () => {
    const subtitles = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",URI="en.m3u8"\n';
    const segments = (before: string): string =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${before}#EXTINF:2,\nquiet~1\n#EXTINF:2,\nempty~2\n#EXT-X-ENDLIST\n`;
    const changes = {
      'lib/master.m3u8': multivariant.replace('#EXTM3U\n', `#EXTM3U\n${subtitles}`),
      'lib/en.m3u8': segments(''),
      'lib/quiet~1': 'WEBVTT\n\n',
      'lib/empty~2': '',
    };
    expect((await verify(await copyOf(changes))).problems).toEqual([]);
    const wrong = [{ code: 'verify.wrong-body', key: 'empty~2' }];
    const mp4 = { ...changes, 'lib/en.m3u8': segments('#EXT-X-MAP:URI="init.mp4"\n') };
    expect((await verify(await copyOf(mp4))).problems).toMatchObject(wrong);
    const asAudio = { ...changes, 'lib/audio/en.m3u8': segments('').replaceAll(/(?=quiet|empty)/g, '../') };
    expect((await verify(await copyOf(asAudio))).problems).toMatchObject(wrong);
  });

  // Apple, "Providing JavaScript Object Notation (JSON) Chapters": the document is an array.
  test.each(['[{"chapter":1,"images":[{"url":"one.jpg"}]}]', '{"images":[{"url":"one.jpg"}]}', '[]'])(
    'reads chapters for their images: %s',
    async (chapters) => {
      const sessionData = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="ch.json"\n';
      const changes = { 'lib/master.m3u8': multivariant.replace('#EXTM3U\n', `#EXTM3U\n${sessionData}`) };
      const images = chapters.includes('one.jpg') ? [['verify.missing', 'one.jpg']] : [];
      const report = await verify(await copyOf({ ...changes, 'lib/ch.json': chapters }));
      expect(report.problems.map(({ code, key }) => [code, key])).toEqual(images);
      const sizeBytes = 16 + 4 + 8 + 5 + chapters.length;
      expect(report).toMatchObject({ playlists: 3, objects: 6 + images.length, sizeBytes });

      const without = await copyOf(changes);
      expect((await verify(without)).problems).toMatchObject([{ code: 'verify.missing', key: 'ch.json' }]);
      expect(
        await verify(without, { acceptedBecause: (key) => (key === 'ch.json' ? 'lost' : undefined) }),
      ).toMatchObject({
        problems: [],
        accepted: [{ key: 'ch.json', reason: 'lost' }],
      });
    },
  );

  test('takes a WebVTT file for a problem where only a playlist can be', async () => {
    const report = await verify(await copyOf({ 'lib/video.m3u8': 'WEBVTT\n\n' }));
    expect(report).toMatchObject({ playlists: 3, problems: [{ code: 'verify.playlist', key: 'video.m3u8' }] });
  });

  test('compares sizes and checksums with what is known of the copy', async () => {
    const known = new Map<string, Expected>([
      ['init.mp4', { sizeBytes: 4, crc32: crc32Hex(Buffer.from('INIT')) }],
      ['audio/en0.aac', { sizeBytes: 6 }],
      ['all.m4s', { sizeBytes: 8, crc32: crc32Hex(Buffer.from('01234567')) }],
    ]);
    const report = await verify(await copyOf(), { expected: async (key) => known.get(key) });
    expect(report.problems.map(({ code, key }) => [code, key])).toEqual([
      ['verify.size', 'audio/en0.aac'],
      ['verify.checksum', 'init.mp4'],
    ]);
    expect(report.checkedChecksums).toBe(2);
  });

  test('reads every byte when asked to, and trusts no checksum that is only kept', async () => {
    const store = await copyOf();
    const standing = store.objects.get('lib/init.mp4');
    if (standing) store.objects.set('lib/init.mp4', { ...standing, body: Buffer.from('rot!') });
    expect((await verify(store)).problems).toEqual([]);
    expect((await verify(store, { readsBytes: true })).problems).toMatchObject([
      { code: 'verify.checksum', key: 'init.mp4' },
    ]);
  });

  test('compares playlists too with the checksum that was kept', async () => {
    const store = await copyOf();
    const standing = store.objects.get('lib/video.m3u8');
    const body = Buffer.from(video.replace('EXTINF:2', 'EXTINF:3'));
    if (standing) store.objects.set('lib/video.m3u8', { ...standing, body });
    expect((await verify(store)).problems).toEqual([]);
    expect((await verify(store, { readsBytes: true })).problems).toMatchObject([
      { code: 'verify.checksum', key: 'video.m3u8' },
    ]);
  });

  test('names the line whose range an object is too short for', async () => {
    const ranges = video.replace('init.mp4"', 'all.m4s",BYTERANGE="4@0"');
    const store = await copyOf({ 'lib/video.m3u8': ranges, 'lib/all.m4s': '0123456' });
    const line = ranges.split('\n').indexOf('all.m4s') + 1;
    expect((await verify(store)).problems).toMatchObject([{ code: 'verify.size', key: 'all.m4s', line }]);
  });

  test('compares with nothing where the checksum is only that of what is there now', async () => {
    const store = await copyOf();
    const report = await verify(store, { readsBytes: true, destination: inStore(store, false) });
    expect(report).toMatchObject({ problems: [], checkedChecksums: 0 });
  });

  test('lists what is missing by a decision, and what is missing besides as a problem', async () => {
    const store = await copyOf({ 'lib/audio/en0.aac': undefined, 'lib/key.bin': undefined });
    const report = await verify(store, { acceptedBecause: (key) => (key === 'audio/en0.aac' ? 'lost' : undefined) });
    expect(report.accepted).toEqual([{ key: 'audio/en0.aac', reason: 'lost' }]);
    expect(report.problems.map(({ key }) => key)).toEqual(['key.bin']);
  });

  test('ends with the failure of the destination, once nothing is asked of it any more', async () => {
    const usual = inStore(await copyOf(), true);
    let underWay = 0;
    const destination: Destination = {
      ...usual,
      async head(url, options) {
        underWay += 1;
        try {
          if (url.endsWith('key.bin')) throw new FlantsError('store.denied', 'no right to read');
          await sleep(10);
          return await usual.head(url, options);
        } finally {
          underWay -= 1;
        }
      },
    };
    const verifying = verify(await copyOf(), { destination });
    await expect(verifying).rejects.toMatchObject({ code: 'store.denied' });
    expect(underWay).toBe(0);
  });
});
