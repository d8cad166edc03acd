import { describe, expect, test } from 'vitest';
import type { ExternalPolicy } from './reference.ts';
import { readReferences } from './references.ts';
import type { PlaylistKind } from './references.ts';
import { tokenize } from './tokenizer.ts';

const home = 'https://cdn.example/videos/1/list.m3u8';

function read(lines: readonly string[], kind: PlaylistKind, external: ExternalPolicy = 'refuse', url = home) {
  const text = ['#EXTM3U', ...lines].join('\n');
  const found = readReferences(tokenize(text), kind, { url, finalUrl: url, external });
  for (const { uri, start, end } of found.references) expect(text.slice(start, end)).toBe(uri);
  return {
    references: found.references.map(({ start: _, end: __, ...rest }) => rest),
    external: found.external,
    refusals: found.refusals.map(({ code, line }) => ({ code, line })),
    warnings: found.warnings,
  };
}

const nothing = { references: [], external: [], refusals: [], warnings: [] };
const below = (path: string) => `https://cdn.example/videos/1/${path}`;

describe('a multivariant playlist names a playlist', () => {
  test.each([
    ['the line after EXT-X-STREAM-INF', ['#EXT-X-STREAM-INF:BANDWIDTH=1', 'v.m3u8'], 'EXT-X-STREAM-INF', 3],
    [
      'also after comments and blank lines',
      ['#EXT-X-STREAM-INF:BANDWIDTH=1', '', '# note', 'v.m3u8'],
      'EXT-X-STREAM-INF',
      5,
    ],
    ['a rendition of audio', ['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",URI="v.m3u8"'], 'EXT-X-MEDIA', 2],
    ['a rendition of video', ['#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="a",NAME="n",URI="v.m3u8"'], 'EXT-X-MEDIA', 2],
    ['an I-frame playlist', ['#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="v.m3u8"'], 'EXT-X-I-FRAME-STREAM-INF', 2],
    ['an image playlist', ['#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=1,URI="v.m3u8"'], 'EXT-X-IMAGE-STREAM-INF', 2],
  ] as const)('%s', (_, lines, tag, line) => {
    expect(read(lines, 'multivariant')).toEqual({
      ...nothing,
      references: [{ use: 'playlist', uri: 'v.m3u8', line, tag, fetchUrl: below('v.m3u8') }],
    });
  });

  test('of subtitles, which may be no playlist', () => {
    expect(read(['#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="a",NAME="n",URI="v.m3u8"'], 'multivariant')).toEqual({
      ...nothing,
      references: [{ use: 'subtitles', uri: 'v.m3u8', line: 2, tag: 'EXT-X-MEDIA', fetchUrl: below('v.m3u8') }],
    });
  });

  test('each time it stands there', () => {
    const lines = ['#EXT-X-STREAM-INF:AUDIO="a"', 'v.m3u8', '#EXT-X-STREAM-INF:AUDIO="b"', 'v.m3u8'];
    expect(read(lines, 'multivariant').references).toHaveLength(2);
  });

  test('unless the sound is in the video', () => {
    expect(read(['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n"'], 'multivariant')).toEqual(nothing);
    expect(read(['#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="n",URI=""'], 'multivariant')).toEqual(nothing);
  });

  test('but never for closed captions', () => {
    const { references, external } = read(
      ['#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="n",URI="c.m3u8"'],
      'multivariant',
    );
    expect(references).toEqual([]);
    expect(external).toMatchObject([{ uri: 'c.m3u8', tag: 'EXT-X-MEDIA', line: 2, playlistUrl: home }]);
  });

  test('and must do so where only a URI makes sense', () => {
    expect(read(['#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1'], 'multivariant').refusals).toEqual([
      { code: 'hls.malformed', line: 2 },
    ]);
  });

  test('and a variant without its line is warned of', () => {
    const { references, warnings } = read(
      ['#EXT-X-STREAM-INF:A=1', '#EXT-X-STREAM-INF:A=2', 'v.m3u8', '#EXT-X-STREAM-INF:A=3'],
      'multivariant',
    );
    expect(references).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('line 2:'), expect.stringContaining('line 5:')]);
  });

  test('and a line that no variant owns is reported', () => {
    expect(read(['stray.m3u8'], 'multivariant').external).toMatchObject([{ uri: 'stray.m3u8', line: 2 }]);
  });
});

describe('an interstitial', () => {
  const asset = (uri: string): string =>
    `#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:00Z",X-ASSET-URI="${uri}"`;

  test.each(['ad.m3u8', '/videos/1/ad.m3u8', 'https://cdn.example/videos/1/ad.m3u8'])(
    'of the same host is a playlist: %s',
    (uri) => {
      expect(read([asset(uri)], 'media')).toEqual({
        ...nothing,
        references: [{ use: 'playlist', uri, line: 2, tag: 'EXT-X-DATERANGE', fetchUrl: below('ad.m3u8') }],
      });
    },
  );

  test('stays as it is written where that was asked for and leads somewhere', () => {
    const { references, external } = read([asset('https://cdn.example/ad.m3u8'), asset('ad.m3u8')], 'media', 'keep');
    expect(external.map(({ uri }) => uri)).toEqual(['https://cdn.example/ad.m3u8']);
    expect(references.map(({ uri }) => uri)).toEqual(['ad.m3u8']);
  });
});

describe('session data', () => {
  test('is a file', () => {
    expect(
      read(['#EXT-X-SESSION-DATA:DATA-ID="com.example.x",FORMAT=RAW,URI="x.bin"'], 'multivariant').references,
    ).toEqual([
      { use: 'file', role: 'data', uri: 'x.bin', line: 2, tag: 'EXT-X-SESSION-DATA', fetchUrl: below('x.bin') },
    ]);
  });

  test('of chapters is read, for it may name images', () => {
    const lines = ['#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="c.json"'];
    expect(read(lines, 'multivariant').references).toMatchObject([{ use: 'chapters', uri: 'c.json' }]);
  });

  test('with an address for its value is reported', () => {
    const lines = ['#EXT-X-SESSION-DATA:DATA-ID="com.example.x",VALUE="https://cdn.example/x"'];
    expect(read(lines, 'multivariant').external).toMatchObject([{ uri: 'https://cdn.example/x' }]);
  });
});

describe('a media playlist names a file', () => {
  test.each([
    ['a media segment', ['#EXTINF:6,', 's.ts'], { role: 'segment', uri: 's.ts', tag: 'EXTINF', line: 3 }],
    ['a segment without EXTINF', ['s.ts'], { role: 'segment', uri: 's.ts', tag: 'EXTINF', line: 2 }],
    ['an image', ['#EXT-X-IMAGES-ONLY', '#EXTINF:6,', '#EXT-X-TILES:LAYOUT=2x2', 'i.jpg'], { role: 'image', uri: 'i.jpg', tag: 'EXTINF', line: 5 }],
    ['an initialization section', ['#EXT-X-MAP:URI="i.mp4"'], { role: 'initialization-section', uri: 'i.mp4', tag: 'EXT-X-MAP', line: 2 }],
    ['a key without format', ['#EXT-X-KEY:METHOD=AES-128,URI="k"'], { role: 'key', uri: 'k', tag: 'EXT-X-KEY', line: 2 }],
    ['a key of format identity', ['#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k",KEYFORMAT="identity"'], { role: 'key', uri: 'k', tag: 'EXT-X-KEY', line: 2 }],
    ['a longer key', ['#EXT-X-KEY:METHOD=AES-256,URI="k"'], { role: 'key', uri: 'k', tag: 'EXT-X-KEY', line: 2, minSizeBytes: 32 }],
    ['a session key', ['#EXT-X-SESSION-KEY:METHOD=AES-128,URI="k"'], { role: 'key', uri: 'k', tag: 'EXT-X-SESSION-KEY', line: 2 }],
    ['a segment that may be absent', ['#EXT-X-GAP', '#EXTINF:6,', 's.ts'], { role: 'segment', uri: 's.ts', tag: 'EXTINF', line: 4, optional: true }],
    ['what follows EXT-X-ENDLIST', ['#EXT-X-ENDLIST', '#EXT-X-MAP:URI="i.mp4"'], { role: 'initialization-section', uri: 'i.mp4', tag: 'EXT-X-MAP', line: 3 }],
  ] as const)('%s', (_, lines, file) => {
    expect(read(lines, 'media')).toEqual({ ...nothing, references: [{ use: 'file', ...file, fetchUrl: below(file.uri) }] });
  }); // prettier-ignore

  test('and GAP is about one segment only', () => {
    const { references } = read(['#EXT-X-GAP', 'a.ts', 'b.ts'], 'media');
    expect(references.map((reference) => 'optional' in reference)).toEqual([true, false]);
  });

  test('and says how to decrypt those that a key of AES-128 encrypts as a whole', () => {
    const lines = [
      '#EXT-X-MEDIA-SEQUENCE:254',
      '1.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="k?a=1"',
      '2.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0XAb',
      '3.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0xno',
      '4.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="data:;base64,AAAA"',
      '5.ts',
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"',
      '6.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="k"',
      '#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="of.an.application"',
      '7.ts',
    ];
    const segments = read(lines, 'media', 'keep').references.filter(({ uri }) => uri.endsWith('.ts'));
    expect(segments.map((each) => each.use === 'file' && each.key && [each.key, each.sequence])).toEqual([
      undefined,
      [{ url: below('k?a=1') }, 255],
      [{ url: below('k'), initialVector: 'Ab'.padStart(32, '0') }, undefined],
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('and says how its segments are encrypted, and whether an initialization section goes before them', () => {
    const lines = [
      '1.ts',
      '#EXT-X-KEY:METHOD=AES-128,URI="k"',
      '2.ts',
      '#EXT-X-SESSION-KEY:METHOD=NONE',
      '3.ts',
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k",KEYFORMAT="com.apple.streamingkeydelivery"',
      '4.ts',
      '#EXT-X-KEY:METHOD=AES-256-GCM,URI="k"',
      '5.ts',
      '#EXT-X-MAP:URI="i.mp4"',
      '#EXT-X-KEY:METHOD=NONE',
      '6.ts',
    ];
    const segments = read(lines, 'media', 'keep').references.filter(({ uri }) => uri.endsWith('.ts'));
    expect(segments.map((each) => each.use === 'file' && [each.cipher, each.hasMap])).toEqual([
      [undefined, undefined],
      ['blocks', undefined],
      ['blocks', undefined],
      [undefined, undefined],
      ['unknown', undefined],
      [undefined, true],
    ]);
  });

  test.each(['#EXT-X-MAP:BYTERANGE="1@0"', '#EXT-X-MAP:URI=""', '#EXT-X-KEY:METHOD=AES-128'])(
    'and %s is malformed',
    (line) => {
      expect(read([line], 'media').refusals).toEqual([{ code: 'hls.malformed', line: 2 }]);
    },
  );
});

describe('a byte range', () => {
  const bounds = (...lines: string[]) =>
    read(lines, 'media').references.map((reference) => (reference.use === 'file' ? reference.minSizeBytes : undefined));

  test('of no bytes bounds nothing, is no whole object, and is warned of once', () => {
    const lines = ['#EXT-X-BYTERANGE:0@900', 'a.ts', '#EXT-X-BYTERANGE:10', 'a.ts', '#EXT-X-BYTERANGE:0@0', 'b.ts'];
    expect(bounds(...lines)).toEqual([0, 910, 0]);
    expect(bounds('#EXT-X-MAP:URI="a.mp4",BYTERANGE="0@5"')).toEqual([0]);
    expect(read(lines, 'media').warnings).toEqual([
      `${home} line 2: EXT-X-BYTERANGE names a range of no bytes (0@900): players load the whole object, or fail`,
    ]);
  });

  test('bounds the size of its file', () => {
    expect(bounds('#EXT-X-BYTERANGE:100@50', 'a.ts')).toEqual([150]);
  });

  test('without an offset goes on where the last one of the same file ended', () => {
    expect(
      bounds('#EXT-X-BYTERANGE:10@5', 'a.ts', '#EXT-X-BYTERANGE:7@0', 'b.ts', '#EXT-X-BYTERANGE:10', 'a.ts'),
    ).toEqual([15, 7, 25]);
  });

  test('of an initialization section counts from its offset', () => {
    expect(bounds('#EXT-X-MAP:URI="a.mp4",BYTERANGE="700@50"')).toEqual([750]);
  });

  test('of an initialization section never feeds the next one', () => {
    expect(bounds('#EXT-X-MAP:URI="a.mp4",BYTERANGE="700@0"', '#EXT-X-BYTERANGE:10', 'a.mp4')).toEqual([700, 10]);
  });

  test('is about one segment only', () => {
    expect(bounds('#EXT-X-BYTERANGE:10@5', 'a.ts', 'b.ts')).toEqual([15, undefined]);
  });

  test('that goes on beyond any object is malformed', () => {
    const most = `#EXT-X-BYTERANGE:${Number.MAX_SAFE_INTEGER}`;
    const { refusals } = read([`${most}@0`, 'a.ts', '#EXT-X-BYTERANGE:1', 'a.ts'], 'media');
    expect(refusals).toEqual([{ code: 'hls.malformed', line: 5 }]);
  });

  test.each(['', 'x', '-1@2', '1@', '1@99999999999999999999'])('of %j is malformed', (range) => {
    expect(read([`#EXT-X-BYTERANGE:${range}`, 'a.ts'], 'media').refusals).toEqual([{ code: 'hls.malformed', line: 2 }]);
  });
});

describe('what stays outside the copy is reported with a reason', () => {
  test.each([
    ['FairPlay', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key1",KEYFORMAT="com.apple.streamingkeydelivery"', 'skd://key1'],
    ['FairPlay without its format', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key1"', 'skd://key1'],
    ['Widevine', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;base64,AA",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"', 'data:text/plain;base64,AA'],
    ['PlayReady, of which the beginning is told', `#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;charset=UTF-16;base64,${'A'.repeat(900)}",KEYFORMAT="com.microsoft.playready"`, `data:text/plain;charset=UTF-16;base64,${'A'.repeat(42)}…`],
    ['PlayReady by its address', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="https://drm.example/l",KEYFORMAT="com.microsoft.playready"', 'https://drm.example/l'],
    ['a key that is none', '#EXT-X-KEY:METHOD=NONE,URI="k"', 'k'],
    ['Adobe Access', '#EXT-X-FAXS-CM:URI="x.drmmeta"', 'x.drmmeta'],
    ['a tag of a vendor', '#EXT-X-VENDOR:A=1,LOGO-URI="l.png"', 'l.png'],
    ['a tag that is an address', '#EXT-X-VENDOR:https://vendor.example/x', 'https://vendor.example/x'],
    ['an attribute of a vendor', '#EXT-X-DATERANGE:ID="1",X-BEACON="https://ads.example/b"', 'https://ads.example/b'],
    ['a date range of another class', '#EXT-X-DATERANGE:ID="1",CLASS="x",X-URI="u.json"', 'u.json'],
    ['the logo of a channel', '#EXTINF:-1 tvg-logo="https://l.example/l.png",Channel', 'https://l.example/l.png'],
  ] as const)('%s', (_, line, uri) => {
    const { references, external, refusals } = read([line], 'media');
    expect({ references, refusals }).toEqual({ references: [], refusals: [] });
    expect(external).toEqual([{ playlistUrl: home, line: 2, tag: /#([^:]+)/.exec(line)?.[1], uri, reason: expect.stringMatching(/\w/) }]);
  }); // prettier-ignore

  test.each([
    '#EXT-X-BITRATE:800', '#EXT-X-START:TIME-OFFSET=1', '#EXT-X-CUE-OUT:DURATION=30', '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z',
    '#EXT-OATCLS-SCTE35:/DAlAAAAAAAAAP/wFAUAAAABf+/+c2nALv4AUsz1AAAAAAAKAAhDVUVJAAABNWLbowo=', '#EXT-X-TILES:RESOLUTION=1x1',
    '#EXT-X-KEY:METHOD=AES-128,URI="data:;base64,AAAA"', '#EXT-X-MAP:URI="data:video/mp4;base64,AA"', 'data:video/mp2t;base64,AA',
    '#EXTINF:6,a title, with = and https in it', '# https://comment.example/',
  ])('but %s names nothing', (line) => {
    expect(read([line], 'media')).toEqual(nothing);
  }); // prettier-ignore
});

describe('what cannot be copied yet is refused', () => {
  test.each([
    ['#EXT-X-MAP:URI="{$a}/i.mp4"', 'hls.variables'],
    ['{$a}/s.ts', 'hls.variables'],
    [
      '#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",X-ASSET-URI="//ads.example/1.m3u8"',
      'hls.interstitial',
    ],
    ['#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",X-ASSET-LIST="list.json"', 'hls.interstitial'],
    ['#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.preload",X-URI="p.m3u8"', 'hls.interstitial'],
    ['#EXT-X-SKIP:SKIPPED-SEGMENTS=3', 'hls.live'],
    ['rtmp://cdn.example/s', 'hls.external'],
    ['file:///etc/passwd', 'hls.external'],
    ['https://', 'hls.malformed'],
  ] as const)('%s as %s', (line, code) => {
    expect(read([line], 'media')).toEqual({ ...nothing, refusals: [{ code, line: 2 }] });
  });

  test('but an absolute URI is kept where that was asked for', () => {
    const lines = [
      '#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",X-ASSET-URI="https://ads.example/a.m3u8"',
      'rtmp://cdn.example/s',
    ];
    const { external, refusals } = read(lines, 'media', 'keep');
    expect(refusals).toEqual([]);
    expect(external.map(({ uri }) => uri)).toEqual(['https://ads.example/a.m3u8', 'rtmp://cdn.example/s']);
  });

  test('and a relative one is refused even then, for it would lead nowhere', () => {
    const lines = ['#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",X-ASSET-LIST="a.json"'];
    expect(read(lines, 'media', 'keep').refusals).toEqual([{ code: 'hls.interstitial', line: 2 }]);
  });

  test('in one line of text, with the playlist and the line', () => {
    const { refusals } = readReferences(tokenize('\x0b{$a}\x07b'), 'media', {
      url: home,
      finalUrl: home,
      external: 'refuse',
    });
    expect(refusals[0]?.message).toMatch(/^https:\/\/cdn\.example\/videos\/1\/list\.m3u8 line 1: [^\p{Cc}]+$/u);
  });
});

describe('a URI is resolved', () => {
  const fetchUrls = (uri: string, url = home) =>
    read([uri], 'media', 'refuse', url).references.map(({ fetchUrl }) => fetchUrl);

  test.each([
    ['a.ts', below('a.ts')],
    ['../2/a.ts', 'https://cdn.example/videos/2/a.ts'],
    ['/a.ts', 'https://cdn.example/a.ts'],
    ['//other.example/a.ts', 'https://other.example/a.ts'],
    ['http://other.example:80/a.ts', 'http://other.example/a.ts'],
    ['HTTPS://CDN.example/a.ts', 'https://cdn.example/a.ts'],
    ['a b.ts', below('a%20b.ts')],
    ['é.ts', below('%C3%A9.ts')],
    ['a.ts?x=1#t=2', below('a.ts?x=1')],
    ['%2e%2e/a.ts', 'https://cdn.example/videos/a.ts'],
    ['10:30.ts', below('10:30.ts')],
  ])('%s', (uri, expected) => {
    expect(fetchUrls(uri)).toEqual([expected]);
  });

  test('as a name where a colon makes it look like a scheme, with a warning', () => {
    const { references, warnings } = read(['seg:1.ts'], 'media');
    expect(references).toMatchObject([{ uri: 'seg:1.ts', fetchUrl: below('seg:1.ts') }]);
    expect(warnings).toEqual([expect.stringContaining('seg:1.ts')]);
  });

  test('below a folder, where the playlist is a local file', () => {
    expect(fetchUrls('../a.ts', 'file:///videos/1/list.m3u8')).toEqual(['file:///videos/a.ts']);
    expect(fetchUrls('file://server/videos/a.ts', 'file:///videos/1/list.m3u8')).toEqual([]);
  });
});
