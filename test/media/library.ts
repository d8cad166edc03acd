import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOnce } from '../setup/make-once.ts';
import { makeMedia } from './recipes.ts';
import type { MediaCase, MediaSettings } from './recipes.ts';

const execute = promisify(execFile);

/** One presentation of the library. */
export interface MediaExample {
  readonly name: MediaCase;
  /** Path below the library's folder. */
  readonly playlist: string;
}

/** All presentations, by their root playlist. The folder of each holds nothing else. */
export const mediaExamples: readonly MediaExample[] = [
  { name: 'ladder', playlist: 'ladder/master.m3u8' },
  { name: 'fmp4', playlist: 'fmp4/master.m3u8' },
  { name: 'byte-ranges', playlist: 'byte-ranges/fmp4/master.m3u8' },
  { name: 'byte-ranges', playlist: 'byte-ranges/ts/index.m3u8' },
  { name: 'tracks', playlist: 'tracks/master.m3u8' },
  { name: 'aes', playlist: 'aes/index.m3u8' },
];

/** Further formats, which no copy treats otherwise than these: each by what its objects are. */
export const furtherFormats = [
  'cmaf', 'low-latency', 'packed-aac', 'packed-aac-id3', 'packed-mp3', 'packed-ac3', 'packed-eac3', 'sample-aes', 'nameless',
] as const satisfies readonly MediaCase[]; // prettier-ignore

const settings: MediaSettings = {
  picture: 'testsrc2',
  seconds: 12,
  bitrates: { high: 400_000, low: 120_000, audio: 64_000 },
};

/**
 * The folder of a small library of real HLS, made by ffmpeg at first use and kept
 * in the cache under the hash of its recipe. Two processes may make it at once;
 * the first to be done wins. Read only: copy it before changing anything.
 *
 * @throws when ffmpeg is missing; `findTool('ffmpeg')` tells
 */
export async function mediaLibrary(): Promise<string> {
  return libraryOf([...new Set(mediaExamples.map(({ name }) => name))]);
}

/** The same of `furtherFormats`. */
export async function furtherLibrary(): Promise<string> {
  return libraryOf(furtherFormats);
}

async function libraryOf(cases: readonly MediaCase[]): Promise<string> {
  const recipe = createHash('sha256')
    .update(await readFile(join(import.meta.dirname, 'recipes.ts')))
    .update(JSON.stringify([settings, cases]));
  return makeOnce('media', recipe.digest('hex').slice(0, 16), async (draft) => {
    await makeMedia(draft, cases, settings);
    await chmod(draft, 0o755); // So that a server under another user can read it.
  });
}

/**
 * MD5 of every stream of a presentation, one line each: two presentations that
 * play the same have the same text, and one that lacks a file has another or
 * none. It opens every rendition, WebVTT too (`-strict experimental` before the
 * input), which a player would not.
 *
 * @param url - playlist: an http(s) URL or a path
 * @throws when ffmpeg is missing or cannot play it at all
 */
export async function streamHash(url: string): Promise<string> {
  const input = ['-strict', 'experimental', '-allowed_extensions', 'ALL', '-i', url];
  const output = ['-map', '0', '-c', 'copy', '-f', 'streamhash', '-hash', 'md5', '-'];
  const { stdout } = await execute('ffmpeg', ['-nostdin', '-v', 'error', ...input, ...output], { timeout: 60_000 });
  return stdout;
}

const originals = new Map<string, Promise<string>>();

/** `streamHash` of a presentation of the library by the path of its playlist, which is read once in a process. */
export function originalHash(playlist: string): Promise<string> {
  const hash = originals.get(playlist) ?? mediaLibrary().then((folder) => streamHash(join(folder, playlist)));
  originals.set(playlist, hash);
  return hash;
}
