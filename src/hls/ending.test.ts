import { describe, expect, test } from 'vitest';
import { mediaPlaylist, segments } from '../../test/hls/site.ts';
import { parsePlaylist } from './playlist.ts';
import type { Playlist } from './playlist.ts';

const parse = (text: string): Playlist =>
  parsePlaylist(Buffer.from(text), { url: 'https://h/l.m3u8', finalUrl: 'https://h/l.m3u8', external: 'refuse' });
const endless = (...lines: readonly string[]): string => ['#EXTM3U', ...lines, ''].join('\n');

describe('a media playlist', () => {
  test('with EXT-X-ENDLIST has ended, wherever that stands', () => {
    expect(parse(segments('a.ts'))).not.toHaveProperty('missingEnd');
    expect(parse(endless('#EXT-X-ENDLIST', '#EXTINF:6,', 'a.ts'))).not.toHaveProperty('missingEnd');
  });

  test('without it is live, also while it names nothing yet', () => {
    const live = { isLive: true, targetDurationMs: 6000 };
    expect(parse(endless('#EXT-X-TARGETDURATION:6', '#EXTINF:5.9,', 'a.ts')).missingEnd).toEqual(live);
    expect(parse(endless('#EXT-X-TARGETDURATION:6', '#EXT-X-PLAYLIST-TYPE:EVENT')).missingEnd).toEqual(live);
  });

  test('of type VOD has ended all the same, with a warning', () => {
    const vod = parse(endless('#EXT-X-TARGETDURATION:6', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXTINF:6,', 'a.ts'));
    expect(vod).toMatchObject({ missingEnd: { isLive: false }, warnings: [expect.stringContaining('of type VOD')] });
    expect(parse(mediaPlaylist('#EXT-X-PLAYLIST-TYPE:VOD', '#EXTINF:6,', 'a.ts')).warnings).toEqual([]);
  });

  test.each(['\n#EXTINF:6,\n', '\n#EXTINF:6,', '\n#EXTI', '\n#EX', '\n#EXT-X-KEY:METHOD=NO'])(
    'of type VOD that breaks off with %j is still being written',
    (end) => {
      const text = ['#EXTM3U', '#EXT-X-TARGETDURATION:6', '#EXT-X-PLAYLIST-TYPE:VOD', '#EXTINF:6,', 'a.ts'].join('\n');
      expect(parse(text).missingEnd).toMatchObject({ isLive: false });
      expect(parse(text + end).missingEnd).toMatchObject({ isLive: true });
    },
  );

  test.each([
    ['its target duration', ['#EXT-X-TARGETDURATION:4', '#EXTINF:9,', 'a.ts'], 4000],
    ['its longest segment where it has none', ['#EXTINF:3.2,', 'a.ts', '#EXTINF:1,t', 'b.ts'], 3200],
    ['its longest segment where that is none', ['#EXT-X-TARGETDURATION:x', '#EXTINF:3,', 'a.ts'], 3000],
    ['ten seconds where it says nothing', ['a.ts'], 10_000],
    ['ten minutes at most', ['#EXT-X-TARGETDURATION:999999', '#EXTINF:3,', 'a.ts'], 600_000],
  ])('changes at the pace of %s', (_, lines, targetDurationMs) => {
    expect(parse(endless(...lines)).missingEnd).toMatchObject({ targetDurationMs });
  });
});

describe('a live playlist', () => {
  test.each([
    ['segments left out', '#EXT-X-SKIP:SKIPPED-SEGMENTS=1', 'hls.live'],
    ['a line that is being written', '#EXT-X-MAP:BYTERANGE="1@0"', 'hls.malformed'],
  ])('with %s is read, and keeps why it could not be copied as it is', (_, line, code) => {
    const { missingEnd } = parse(endless('#EXT-X-TARGETDURATION:6', line));
    expect(missingEnd).toMatchObject({ isLive: true, refusal: { code } });
  });

  test('with parts of its next segment could be copied without them', () => {
    const { missingEnd } = parse(endless('#EXT-X-TARGETDURATION:6', 'a.ts', '#EXT-X-PART:DURATION=1,URI="p.ts"'));
    expect(missingEnd).toEqual({
      isLive: true,
      targetDurationMs: 6000,
      looseParts: expect.stringContaining('line 4: EXT-X-PART names media') as string,
    });
  });

  test('that could not be copied when it is over either is refused at once', () => {
    const variables = endless('#EXT-X-TARGETDURATION:6', '#EXT-X-DEFINE:IMPORT="a"', '#EXTINF:6,', 'a.ts');
    expect(() => parse(variables)).toThrow('EXT-X-DEFINE');
  });

  test('that has ended with such parts is refused until their segment is there', () => {
    expect(() => parse(mediaPlaylist('#EXT-X-PART:DURATION=1,URI="p.ts"'))).toThrow('a segment that is not there yet');
  });
});
