import { createCipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { copyOf, inStore, verify } from '../../test/media/verified-copy.ts';
import type { Expected } from './check-object.ts';
import type { Destination } from './destination.ts';

describe('Verifying the media of a copy', () => {
  const packets = (count: number): string => 'G'.padEnd(188, '\0').repeat(count);
  const playlistOf = (...lines: readonly string[]): string =>
    ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST'].join('\n');
  const verifyMedia = async (playlist: string, files: Readonly<Record<string, string | Uint8Array>>, how = {}) => {
    const objects = Object.fromEntries(Object.entries(files).map(([name, body]) => [`lib/${name}`, body]));
    const store = await copyOf({ ...objects, 'lib/master.m3u8': playlist });
    const asked: string[] = [];
    const destination: Destination = {
      ...inStore(store, true),
      readPart(url, part, options) {
        asked.push(`${inStore(store, true).keyOf(url)} ${part.from}-${part.to}`);
        return inStore(store, true).readPart(url, part, options);
      },
    };
    const { problems } = await verify(store, { destination, ...how });
    return { problems: problems.map(({ code, key }) => `${code} ${key}`), asked };
  };
  const cut = packets(10).slice(0, -1);

  test('reads the ends of those segments only whose size is odd, and names those that are cut off', async () => {
    const playlist = playlistOf('a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.aac', 'f');
    const files = {
      'a.ts': packets(10),
      'b.ts': cut,
      'c.ts': 'of another kind',
      'd.ts': `${packets(2)}<\0>`,
      'e.aac': 'x',
    };
    expect(await verifyMedia(playlist, { ...files, f: cut })).toEqual({
      problems: ['verify.size b.ts', 'verify.size f'],
      asked: ['b.ts', 'c.ts', 'd.ts', 'f'].map((name) => `${name} 0-16383`),
    });
  });

  test('names an error page in place of a segment, whatever type it is stored with', async () => {
    const { problems } = await verifyMedia(playlistOf('a.ts'), { 'a.ts': '<html>Sign in</html>' });
    expect(problems).toEqual(['verify.wrong-body a.ts']);
  });

  test('names segments of AES-128 that are no blocks, and reads none for that', async () => {
    const playlist = playlistOf('#EXT-X-KEY:METHOD=AES-128,URI="key.bin"', 'a.ts', 'b.ts');
    expect(await verifyMedia(playlist, { 'a.ts': 'a'.repeat(192), 'b.ts': 'b'.repeat(191) })).toEqual({
      problems: ['verify.size b.ts'],
      asked: [],
    });
  });

  test('takes a key of zeros for a key, and a segment of zeros for none', async () => {
    const playlist = playlistOf('#EXT-X-KEY:METHOD=AES-128,URI="key.bin"', 'a.ts');
    const files = { 'key.bin': '\0'.repeat(16), 'a.ts': '\0'.repeat(192) };
    for (const how of [{ peeks: true }, { readsBytes: true }])
      expect((await verifyMedia(playlist, files, how)).problems).toEqual(['verify.wrong-body a.ts']);
  });

  test('decrypts the beginning of those of AES-128 that hold no whole packets, or of all if asked to', async () => {
    const encrypt = (text: string, vector: string): Buffer => {
      const cipher = createCipheriv('aes-128-cbc', 'sixteen bytes ok', Buffer.from(vector.padStart(32, '0'), 'hex'));
      return Buffer.concat([cipher.update(text), cipher.final()]);
    };
    const playlist = playlistOf(
      '#EXT-X-MEDIA-SEQUENCE:41',
      '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"',
      'a.ts',
      'b.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x2a2a',
      'c.ts',
    );
    const whole = {
      'a.ts': encrypt(packets(20), '29'),
      'b.ts': encrypt(packets(21), '2a'),
      'c.ts': encrypt(packets(8), '2a2a'),
    };
    const files = { ...whole, 'b.ts': whole['b.ts'].subarray(0, 1600) };
    expect(await verifyMedia(playlist, files)).toEqual({ problems: ['verify.size b.ts'], asked: ['b.ts 0-16383'] });
    for (const how of [{ peeks: true }, { readsBytes: true }])
      expect((await verifyMedia(playlist, files, how)).problems).toEqual(['verify.size b.ts']);
    expect((await verifyMedia(playlist, whole, { peeks: true })).problems).toEqual([]);

    const other = { ...whole, 'key.bin': 'another sixteen!' };
    expect((await verifyMedia(playlist, other)).problems).toEqual([]);
    const doubted = ['a.ts', 'b.ts', 'c.ts'].map((name) => `verify.wrong-body ${name}`);
    expect((await verifyMedia(playlist, other, { peeks: true })).problems).toEqual(doubted);
    for (const key of ['', 'short', 'thirty-two hexadecimal digits...'])
      expect((await verifyMedia(playlist, { ...whole, 'key.bin': key }, { peeks: true })).problems).toEqual([
        'verify.size key.bin',
      ]);
  });

  test('takes a segment that two playlists name otherwise for one of which nothing is known', async () => {
    const playlist = playlistOf('a.ts', '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"', 'a.ts');
    expect(await verifyMedia(playlist, { 'a.ts': cut }, { peeks: true })).toMatchObject({ problems: [] });
  });

  test('looks into all files if asked to', async () => {
    const mp4 = '\0\0\0\x10moof12345678\0\0\0\x10mdat12345678';
    const playlist = playlistOf('#EXT-X-MAP:URI="init.mp4"', 'a.m4s', 'b.m4s', '#EXT-X-GAP', 'c.m4s');
    const files = { 'init.mp4': '\0\0\0\x08ftyp\0\0\0\x08moov', 'a.m4s': mp4, 'b.m4s': mp4.slice(0, -1) };
    expect((await verifyMedia(playlist, files)).problems).toEqual([]);
    const peeked = await verifyMedia(playlist, files, { peeks: true });
    expect(peeked.problems).toEqual(['verify.size b.m4s']);
    expect(peeked.asked).toHaveLength(3);
    // Bytes that are read anyway are judged too.
    expect(await verifyMedia(playlist, files, { readsBytes: true })).toEqual({
      problems: peeked.problems,
      asked: [],
    });
  });

  test('takes what was copied so for whole, unless it is asked to look', async () => {
    const expected = async (key: string): Promise<Expected | undefined> =>
      key === 'b.ts' ? { sizeBytes: cut.length } : undefined;
    expect(await verifyMedia(playlistOf('b.ts'), { 'b.ts': cut }, { expected })).toEqual({ problems: [], asked: [] });
    const { problems } = await verifyMedia(playlistOf('b.ts'), { 'b.ts': cut }, { expected, peeks: true });
    expect(problems).toEqual(['verify.size b.ts']);
  });
});
