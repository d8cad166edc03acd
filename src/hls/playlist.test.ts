import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaPlaylist, segments, variants } from '../../test/hls/site.ts';
import { FlantsError } from '../domain/failure.ts';
import { maxNamed, maxPlaylistLines } from '../domain/playlist-size.ts';
import { parsePlaylist } from './playlist.ts';

const url = 'https://cdn.example/v/list.m3u8';

function parse(text: string | Uint8Array, finalUrl = url) {
  return parsePlaylist(Buffer.from(text as string), { url, finalUrl, external: 'refuse' });
}

function refusalOf(text: string | Uint8Array, finalUrl = url): FlantsError {
  try {
    parse(text, finalUrl);
  } catch (error) {
    if (error instanceof FlantsError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a playlist is recognised', () => {
  test.each([
    ['a list of variants', variants('a.m3u8'), 'multivariant'],
    ['a list of renditions', '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8"', 'multivariant'],
    ['a list of session data', '#EXTM3U\n#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="b"', 'multivariant'],
    ['a list of segments', segments('a.ts'), 'media'],
    ['a list of nothing that says how long it is', mediaPlaylist(), 'media'],
    ['segments with a session key', mediaPlaylist('#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"', 'a.ts'), 'media'],
    ['bare URIs', '#EXTM3U\na.ts\n#EXT-X-ENDLIST', 'media'],
    ['one after blank lines', `\n\n${segments('a.ts')}`, 'media'],
    ['one with attributes in its first line', segments('a.ts').replace('#EXTM3U', '#EXTM3U x-tvg-url="x"'), 'media'],
  ] as const)('as %s', (_, text, kind) => {
    expect(parse(text).kind).toBe(kind);
  }); // prettier-ignore

  test('with a byte order mark, which is warned of', () => {
    const playlist = parse(`\uFEFF${segments('a.ts')}`);
    expect(playlist.references).toHaveLength(1);
    expect(playlist.warnings).toEqual([expect.stringContaining('byte order mark')]);
  });

  test('in another encoding than UTF-8, as long as its URIs are ASCII', () => {
    const text = segments('a.ts').replace('6,', '6,caf\u00e9');
    const playlist = parse(Buffer.from(text, 'latin1'));
    expect(playlist).toMatchObject({ encoding: 'latin1', text });
    expect(playlist.warnings).toEqual([expect.stringContaining('not UTF-8')]);
    expect(refusalOf(Buffer.from(segments('caf\u00e9.ts'), 'latin1'))).toMatchObject({ code: 'hls.malformed' });
  });
});

describe('a playlist is bounded', () => {
  test.each([
    ['in lines', '\n'.repeat(maxPlaylistLines)],
    ['in what it names', `#EXT-X-UNKNOWN:${'aURI=b,'.repeat(maxNamed)}`],
  ])('%s', (_, text) => {
    expect(refusalOf(mediaPlaylist(text, '#EXTINF:6,', '1.ts')).code).toBe('hls.limit');
  });

  test('and may have as many lines as that, however they end', () => {
    const blank = '\r\n'.repeat(maxPlaylistLines - segments('1.ts').split('\n').length);
    expect(parse(segments('1.ts') + blank).references).toHaveLength(1);
  });
});

describe('what is no playlist to copy is refused', () => {
  test.each([
    ['nothing', '', 'hls.empty'],
    ['a first line alone', '#EXTM3U\n#EXT-X-VERSION:3\n', 'hls.empty'],
    ['a web page', '<!DOCTYPE html><html><body>Log in', 'hls.not-a-playlist'],
    ['JSON', '{"error": "no"}', 'hls.not-a-playlist'],
    ['media', Buffer.from([0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70]), 'hls.not-a-playlist'],
    ['a playlist without its first line', '#EXTINF:6,\na.ts\n#EXT-X-ENDLIST', 'hls.not-a-playlist'],
    ['a DASH manifest', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', 'hls.dash'],
    ['both kinds in one', `${variants('a.m3u8')}#EXTINF:6,\na.ts\n`, 'hls.malformed'],
    ['a stream whose end is in parts alone', mediaPlaylist('#EXT-X-PART:DURATION=1,URI="p.ts"'), 'hls.live'],
    ['variables', variants('{$host}/a.m3u8'), 'hls.variables'],
  ] as const)('%s', (_, text, code) => {
    const error = refusalOf(text);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^https:\/\/cdn\.example\/v\/list\.m3u8 [^\n]+$/);
  });

  test.each(['utf16le', 'utf16be'] as const)('a playlist in UTF-16, which is named: %s', (encoding) => {
    for (const mark of ['\uFEFF', '']) {
      const bytes = Buffer.from(mark + segments('a.ts'), 'utf16le');
      const { code, message } = refusalOf(encoding === 'utf16be' ? bytes.swap16() : bytes);
      expect([code, message]).toEqual(['hls.not-a-playlist', expect.stringContaining('UTF-16')]);
    }
  });

  test('something that an .mpd address answers', () => {
    expect(refusalOf('<html>', 'https://cdn.example/v/manifest.mpd?x=1').code).toBe('hls.dash');
    expect(parse(segments('a.ts'), 'https://cdn.example/v/manifest.mpd').kind).toBe('media');
  });

  test('any bytes at all, never with another error than ours', () => {
    const lines = fc.constantFrom(
      '#EXTM3U', '#EXTINF:6,', 'a.ts', 'http://', '#EXT-X-KEY:URI=', '#EXT-X-MAP:URI="', '#EXT-X-BYTERANGE:', '#EXT-X-ENDLIST', '#EXT-X-STREAM-INF', 'a:b', '\u0000', '__proto__', '#EXT-X-DATERANGE:X-URI=//a.b', '#EXT-X-DEFINE:NAME="a",VALUE="{$a}"', '#EXT-X-DEFINE:QUERYPARAM=', '{$a}', '#EXT-X-PART:URI="p"', '#EXT-X-CONTENT-STEERING',
    ); // prettier-ignore
    const texts = fc.oneof(
      fc.uint8Array(),
      fc.array(lines).map((parts) => Buffer.from(['#EXTM3U', ...parts].join('\n'))),
    );
    fc.assert(
      fc.property(texts, (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FlantsError);
        }
      }),
    );
  });
});
