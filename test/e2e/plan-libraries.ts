import { mediaPlaylist, randomBytesOf } from '../media/synthetic.ts';
import { seededRandom } from '../model/random.ts';

/** A library, as an origin serves it and a catalogue lists it. */
export interface PlannedLibrary {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Rows of the catalogue: `url` is a path of the origin. */
  readonly rows: readonly { readonly id: string; readonly url?: string }[];
}

const end = '#EXT-X-ENDLIST\n';

/** Five libraries that differ in shape. Sizes are as unequal as those of real segments. */
export function plannedLibraries(): readonly PlannedLibrary[] {
  return [plainTs(), fragmented(), byteRanges(), encrypted(), broken()];
}

function plainTs(): PlannedLibrary {
  const random = seededRandom(1);
  const rows = numbers(6).map((video) => ({ id: `ts-${video}`, url: `/ts/${video}/index.m3u8` }));
  const files = numbers(6).flatMap((video) => {
    const names = numbers(40 + 7 * video).map((number) => `seg-${number}.ts`);
    return [
      [`/ts/${video}/index.m3u8`, mediaPlaylist(names)] as const,
      ...names.map((name) => [`/ts/${video}/${name}`, bytes(2_000 + random.below(6_000))] as const),
    ];
  });
  return { name: 'plain TS', files: Object.fromEntries(files), rows };
}

/** Two renditions of video, one of audio, one of subtitles, each in a folder of its own. */
function fragmented(): PlannedLibrary {
  const random = seededRandom(2);
  const files: Record<string, Uint8Array | string> = {};
  const rendition = (folder: string, extension: string, most: number): void => {
    const names = numbers(25).map((number) => `${number}.${extension}`);
    const map = extension === 'vtt' ? '' : '#EXT-X-MAP:URI="init.mp4"\n';
    files[`${folder}/index.m3u8`] = mediaPlaylist(names).replace('#EXTINF', `${map}#EXTINF`);
    if (map !== '') files[`${folder}/init.mp4`] = bytes(700 + random.below(200));
    for (const name of names)
      files[`${folder}/${name}`] =
        extension === 'vtt' ? `WEBVTT\n\n${'x'.repeat(random.below(90))}\n` : bytes(most / 2 + random.below(most));
  };
  for (const video of numbers(4)) {
    const root = `/fmp4/${video}`;
    rendition(`${root}/high`, 'm4s', 9_000);
    rendition(`${root}/low`, 'm4s', 2_000);
    rendition(`${root}/audio`, 'm4s', 600);
    rendition(`${root}/subtitles`, 'vtt', 0);
    files[`${root}/master.m3u8`] = [
      '#EXTM3U',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="audio/index.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="en",URI="subtitles/index.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=3000000,AUDIO="a",SUBTITLES="s"',
      'high/index.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=800000,AUDIO="a",SUBTITLES="s"',
      'low/index.m3u8',
      '',
    ].join('\n');
  }
  return {
    name: 'fMP4',
    files,
    rows: numbers(4).map((video) => ({ id: `f-${video}`, url: `/fmp4/${video}/master.m3u8` })),
  };
}

/** Each video is one file by byte ranges, after an intro that all of them share; some files have more than is named. */
function byteRanges(): PlannedLibrary {
  const random = seededRandom(3);
  const files: Record<string, Uint8Array | string> = { '/ranges/intro.ts': bytes(5_000) };
  for (const video of numbers(5)) {
    const sizes = numbers(12).map(() => 1_000 + random.below(4_000));
    const parts = sizes.flatMap((size) => ['#EXTINF:4,', `#EXT-X-BYTERANGE:${size}`, 'all.ts']);
    const first = [
      '#EXTINF:4,',
      '../intro.ts',
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:4,',
      `#EXT-X-BYTERANGE:${sizes[0]}@0`,
      'all.ts',
    ];
    files[`/ranges/${video}/index.m3u8`] = [
      '#EXTM3U',
      '#EXT-X-VERSION:4',
      '#EXT-X-TARGETDURATION:4',
      ...first,
      ...parts.slice(3),
      end,
    ].join('\n');
    const named = sizes.reduce((sum, size) => sum + size, 0);
    files[`/ranges/${video}/all.ts`] = bytes(named + (video % 2) * 100);
  }
  return {
    name: 'byte ranges',
    files,
    rows: numbers(5).map((video) => ({ id: `r-${video}`, url: `/ranges/${video}/index.m3u8` })),
  };
}

function encrypted(): PlannedLibrary {
  const random = seededRandom(4);
  const files: Record<string, Uint8Array | string> = {};
  for (const video of numbers(3)) {
    const lines = numbers(30).flatMap((number) => [
      ...(number % 10 === 0 ? [`#EXT-X-KEY:METHOD=AES-128,URI="keys/${number}.key"`] : []),
      '#EXTINF:4,',
      `${number}.ts`,
    ]);
    files[`/keys/${video}/index.m3u8`] = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...lines, end].join('\n');
    for (const number of numbers(30)) files[`/keys/${video}/${number}.ts`] = bytes(16 * (100 + random.below(300)));
    for (const number of [0, 10, 20]) files[`/keys/${video}/keys/${number}.key`] = bytes(16);
  }
  return {
    name: 'encrypted',
    files,
    rows: numbers(3).map((video) => ({ id: `k-${video}`, url: `/keys/${video}/index.m3u8` })),
  };
}

/** One that can be copied, among others that cannot: gone, not over, no playlist, pointing elsewhere, no row at all. */
function broken(): PlannedLibrary {
  const names = numbers(10).map((number) => `${number}.ts`);
  const files: Record<string, Uint8Array | string> = {
    '/broken/good/index.m3u8': mediaPlaylist(names),
    '/broken/live/index.m3u8': mediaPlaylist(names).replace(end, ''),
    '/broken/page/index.m3u8': '<!doctype html><title>Log in</title>',
    '/broken/steered/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{$where}/index.m3u8\n',
    ...Object.fromEntries(names.map((name) => [`/broken/good/${name}`, bytes(1_500)])),
  };
  const ids = ['good', 'gone', 'live', 'page', 'steered'];
  return {
    name: 'broken',
    files,
    rows: [...ids.map((id) => ({ id, url: `/broken/${id}/index.m3u8` })), { id: 'nothing' }],
  };
}

let made = 0;

/** Bytes like no other ones of these libraries. */
function bytes(size: number): Uint8Array {
  made += 1;
  return randomBytesOf(`plan ${made}`, Math.round(size));
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}
