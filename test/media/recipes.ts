import { execFile } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What the made videos look like; a change of any of it is another recipe. */
export interface MediaSettings {
  /** A generator of ffmpeg's `lavfi`, such as `testsrc2`. */
  readonly picture: string;
  readonly seconds: number;
  /** Bits per second of the larger and the smaller picture. */
  readonly bitrates: { readonly high: number; readonly low: number; readonly audio: number };
}

/** Runs ffmpeg in a folder, quietly and with one thread, so that the same recipe gives the same bytes. */
async function ffmpeg(folder: string, args: readonly string[]): Promise<void> {
  await execute('ffmpeg', ['-nostdin', '-y', '-v', 'error', ...args], { cwd: folder, timeout: 120_000 });
}

const reproducible = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'];
/** 25 frames a second and a key frame at each segment's start, every two seconds. */
const picture = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-threads',
  '1',
  '-pix_fmt',
  'yuv420p',
  '-g',
  '50',
  '-keyint_min',
  '50',
  '-sc_threshold',
  '0',
];
const playlist = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod'];

/** The video that the cases are cut from: one picture, two sound tracks. */
async function makeSource(folder: string, { picture: generator, seconds, bitrates }: MediaSettings): Promise<void> {
  const tone = (hertz: number): string[] => ['-f', 'lavfi', '-i', `sine=f=${hertz}:d=${seconds}`];
  const video = ['-f', 'lavfi', '-i', `${generator}=s=320x180:r=25:d=${seconds}`];
  const rates = ['-b:v', String(bitrates.high), '-c:a', 'aac', '-b:a', String(bitrates.audio)];
  const maps = ['-map', '0', '-map', '1', '-map', '2'];
  await ffmpeg(folder, [
    ...video,
    ...tone(440),
    ...tone(880),
    ...maps,
    ...picture,
    ...rates,
    ...reproducible,
    'src.mp4',
  ]);
  await writeFile(join(folder, 'subs.vtt'), subtitles(seconds));
}

function subtitles(seconds: number): string {
  const time = (second: number): string => `00:00:${String(second).padStart(2, '0')}.000`;
  const cues = Array.from({ length: Math.floor(seconds / 2) }, (_, index) => {
    return `${time(index * 2)} --> ${time(index * 2 + 1)}\nLine ${index + 1}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** Two pictures as MPEG-TS below one multivariant playlist. */
async function ladder(folder: string, { bitrates }: MediaSettings): Promise<void> {
  const scale = ['-filter_complex', '[0:v]split=2[v1][v2];[v2]scale=160:90[v2o]'];
  const maps = ['-map', '[v1]', '-map', '0:a:0', '-map', '[v2o]', '-map', '0:a:0'];
  const rates = [
    '-b:v:0',
    String(bitrates.high),
    '-b:v:1',
    String(bitrates.low),
    '-c:a',
    'aac',
    '-b:a',
    String(bitrates.audio),
  ];
  const names = ['-hls_segment_filename', 'ladder/%v/seg_%05d.ts', '-master_pl_name', 'master.m3u8'];
  const variants = ['-var_stream_map', 'v:0,a:0,name:hi v:1,a:1,name:lo', 'ladder/%v/index.m3u8'];
  await ffmpeg(folder, [
    '-i',
    'src.mp4',
    ...scale,
    ...maps,
    ...picture,
    ...rates,
    ...reproducible,
    ...playlist,
    ...names,
    ...variants,
  ]);
}

const copyFirst = ['-i', 'src.mp4', '-map', '0:v', '-map', '0:a:0', '-c', 'copy', ...reproducible, ...playlist];

/** Fragmented MP4 with an initialization section of its own. */
async function fmp4(folder: string): Promise<void> {
  const format = ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'];
  const names = ['-hls_segment_filename', 'fmp4/seg_%05d.m4s', '-master_pl_name', 'master.m3u8', 'fmp4/index.m3u8'];
  await ffmpeg(folder, [...copyFirst, ...format, ...names]);
}

/** One file for all segments, by byte ranges: fragmented MP4 and MPEG-TS. */
async function byteRanges(folder: string): Promise<void> {
  const single = ['-hls_flags', 'single_file', '-hls_segment_filename'];
  await mkdir(join(folder, 'byte-ranges', 'fmp4'), { recursive: true });
  await mkdir(join(folder, 'byte-ranges', 'ts'), { recursive: true });
  const fragmented = [
    '-hls_segment_type',
    'fmp4',
    ...single,
    'byte-ranges/fmp4/all.mp4',
    '-master_pl_name',
    'master.m3u8',
  ];
  await ffmpeg(folder, [...copyFirst, ...fragmented, 'byte-ranges/fmp4/index.m3u8']);
  await ffmpeg(folder, [...copyFirst, ...single, 'byte-ranges/ts/all.ts', 'byte-ranges/ts/index.m3u8']);
}

/** Two sound tracks and WebVTT beside the picture. */
async function tracks(folder: string): Promise<void> {
  const maps = [
    '-map',
    '0:v',
    '-map',
    '0:a:0',
    '-map',
    '0:a:1',
    '-map',
    '1:s',
    '-c:v',
    'copy',
    '-c:a',
    'copy',
    '-c:s',
    'webvtt',
  ];
  const names = ['-hls_segment_filename', 'tracks/%v/seg_%03d.m4s', '-master_pl_name', 'master.m3u8'];
  const groups = [
    'v:0,agroup:aud,s:0,sgroup:subs,name:video',
    'a:0,agroup:aud,language:en,default:yes,name:en',
    'a:1,agroup:aud,language:de,name:de',
  ];
  const variants = ['-var_stream_map', groups.join(' '), 'tracks/%v/index.m3u8'];
  const inputs = ['-i', 'src.mp4', '-i', 'subs.vtt'];
  await ffmpeg(folder, [
    ...inputs,
    ...maps,
    ...reproducible,
    ...playlist,
    '-hls_segment_type',
    'fmp4',
    ...names,
    ...variants,
  ]);
}

/**
 * AES-128 with a new key every second segment. ffmpeg can only rotate keys while
 * it runs in real time, so the segments are encrypted here (RFC 8216 5.2: CBC with
 * PKCS7 padding). The first key has an IV of its own, the others take the media
 * sequence number.
 */
async function aes(folder: string): Promise<void> {
  const home = join(folder, 'aes');
  await mkdir(join(home, 'keys'), { recursive: true });
  await ffmpeg(folder, [...copyFirst, '-hls_segment_filename', 'aes/seg_%03d.ts', 'aes/index.m3u8']);
  const lines: string[] = [];
  let sequence = 0;
  for (const line of (await readFile(join(home, 'index.m3u8'), 'utf8')).split('\n')) {
    if (line.startsWith('#EXTINF') && sequence % 2 === 0) lines.push(await makeKey(home, sequence));
    if (line.endsWith('.ts')) await encryptSegment(join(home, line), sequence++);
    lines.push(line);
  }
  await writeFile(join(home, 'index.m3u8'), lines.join('\n'));
}

function keyFor(sequence: number): Buffer {
  return createHash('md5')
    .update(`key ${Math.floor(sequence / 2)}`)
    .digest();
}

function initialVector(sequence: number): Buffer {
  const vector = Buffer.alloc(16, sequence < 2 ? 0xa5 : 0);
  if (sequence >= 2) vector.writeUInt32BE(sequence, 12);
  return vector;
}

async function makeKey(home: string, sequence: number): Promise<string> {
  const name = `keys/k${sequence / 2 + 1}.key`;
  await writeFile(join(home, name), keyFor(sequence));
  const vector = sequence < 2 ? `,IV=0x${initialVector(sequence).toString('hex')}` : '';
  return `#EXT-X-KEY:METHOD=AES-128,URI="${name}"${vector}`;
}

async function encryptSegment(path: string, sequence: number): Promise<void> {
  const cipher = createCipheriv('aes-128-cbc', keyFor(sequence), initialVector(sequence));
  await writeFile(path, Buffer.concat([cipher.update(await readFile(path)), cipher.final()]));
}

/** CMAF as DASH has it too: each segment a fragment with its index, or one fragment for each frame, as of low latency. */
const cmafOf =
  (name: string, ...fragments: readonly string[]) =>
  async (folder: string): Promise<void> => {
    const source = ['-i', 'src.mp4', '-map', '0:v', '-map', '0:a:0', '-c', 'copy', ...reproducible];
    const format = ['-f', 'dash', '-seg_duration', '2', '-hls_playlist', '1', ...fragments];
    await ffmpeg(folder, [...source, ...format, `${name}/manifest.mpd`]);
    await rm(join(folder, name, 'manifest.mpd'));
  };

/** Packed audio, behind a tag of ID3 or not, whose playlist ffmpeg writes with its segment muxer. */
const packedAudioOf =
  (name: string, codec: readonly string[], format: string, extension: string, ...how: readonly string[]) =>
  async (folder: string): Promise<void> => {
    const cut = ['-f', 'segment', '-segment_time', '2', '-segment_format', format, ...how];
    const names = ['-segment_list_type', 'm3u8', '-segment_list', `${name}/index.m3u8`, `${name}/%03d.${extension}`];
    await ffmpeg(folder, ['-i', 'src.mp4', '-map', '0:a:0', ...codec, ...reproducible, ...cut, ...names]);
  };

/** MPEG-TS whose samples are said to be encrypted: that leaves its packets as they are. */
async function sampleAes(folder: string): Promise<void> {
  const home = join(folder, 'sample-aes');
  await ffmpeg(folder, [...copyFirst, '-hls_segment_filename', 'sample-aes/seg_%03d.ts', 'sample-aes/index.m3u8']);
  const text = await readFile(join(home, 'index.m3u8'), 'utf8');
  const key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k.key"';
  await writeFile(join(home, 'index.m3u8'), text.replace('#EXTINF', `${key}\n#EXTINF`));
  await writeFile(join(home, 'k.key'), keyFor(0));
}

/** MPEG-TS under names without an extension. */
async function nameless(folder: string): Promise<void> {
  const home = join(folder, 'nameless');
  await ffmpeg(folder, [...copyFirst, '-hls_segment_filename', 'nameless/seg_%03d.ts', 'nameless/index.m3u8']);
  const text = await readFile(join(home, 'index.m3u8'), 'utf8');
  await writeFile(join(home, 'index.m3u8'), text.replaceAll('.ts', ''));
  const segments = (await readdir(home)).filter((name) => name.endsWith('.ts'));
  for (const name of segments) await rename(join(home, name), join(home, name.replace('.ts', '')));
}

/** The cases, each a folder of its name. */
const recipes = {
  ladder,
  fmp4,
  'byte-ranges': byteRanges,
  tracks,
  aes,
  cmaf: cmafOf('cmaf'),
  'low-latency': cmafOf('low-latency', '-frag_type', 'every_frame'),
  'packed-aac': packedAudioOf('packed-aac', ['-c', 'copy'], 'adts', 'aac'),
  'packed-aac-id3': packedAudioOf(
    'packed-aac-id3',
    ['-c', 'copy'],
    'adts',
    'aac',
    '-segment_format_options',
    'write_id3v2=1',
  ),
  'packed-mp3': packedAudioOf('packed-mp3', ['-c:a', 'libmp3lame'], 'mp3', 'mp3'),
  'packed-ac3': packedAudioOf('packed-ac3', ['-c:a', 'ac3'], 'ac3', 'ac3'),
  'packed-eac3': packedAudioOf('packed-eac3', ['-c:a', 'eac3'], 'eac3', 'ec3'),
  'sample-aes': sampleAes,
  nameless,
} as const;

/** Name of a case. */
export type MediaCase = keyof typeof recipes;

/**
 * Makes the cases in a folder, each in a folder of its name.
 *
 * @throws when ffmpeg is missing or refuses
 */
export async function makeMedia(folder: string, cases: readonly MediaCase[], settings: MediaSettings): Promise<void> {
  await makeSource(folder, settings);
  for (const name of cases) {
    await mkdir(join(folder, name), { recursive: true });
    await recipes[name](folder, settings);
  }
  await Promise.all(['src.mp4', 'subs.vtt'].map((file) => rm(join(folder, file))));
}
