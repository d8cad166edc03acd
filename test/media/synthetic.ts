import { createCipheriv, createHash } from 'node:crypto';

/** What a library of random bytes is like. */
export interface SyntheticShape {
  readonly videos: number;
  readonly filesPerVideo: number;
  readonly fileBytes: number;
  /** The same seed makes the same bytes. */
  readonly seed: string;
}

/** One object of a synthetic library. */
export interface SyntheticFile {
  /** Path of its URL: begins with a slash. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** Path of a video's media playlist. */
export function syntheticPlaylist(video: number): string {
  return `/${nameOfVideo(video)}/index.m3u8`;
}

/** Name of a segment, relative to its playlist. */
export function syntheticSegment(number: number): string {
  return `seg-${String(number).padStart(5, '0')}.ts`;
}

/** Every object of the library, one after another: playlists after their segments, nothing held in memory. */
export function* syntheticFiles({ videos, filesPerVideo, fileBytes, seed }: SyntheticShape): Generator<SyntheticFile> {
  const names = Array.from({ length: filesPerVideo }, (_, number) => syntheticSegment(number));
  for (let video = 0; video < videos; video++) {
    for (const name of names) {
      const path = `/${nameOfVideo(video)}/${name}`;
      yield { path, body: randomBytesOf(`${seed}${path}`, fileBytes) };
    }
    yield { path: syntheticPlaylist(video), body: Buffer.from(mediaPlaylist(names)) };
  }
}

/** A media playlist of these segments, four seconds each. */
export function mediaPlaylist(names: readonly string[]): string {
  const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:4', '#EXT-X-MEDIA-SEQUENCE:0'];
  return `${[...head, ...names.flatMap((name) => ['#EXTINF:4,', name]), '#EXT-X-ENDLIST'].join('\n')}\n`;
}

/**
 * A catalogue of the library, NDJSON.
 *
 * @param url - of the origin, without a final slash
 */
export function syntheticCatalogue({ videos }: SyntheticShape, url: string): string {
  const rows = Array.from({ length: videos }, (_, video) => ({
    id: nameOfVideo(video),
    url: `${url}${syntheticPlaylist(video)}`,
  }));
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

/** Bytes that nothing compresses and a seed repeats: a key stream of AES in counter mode. */
export function randomBytesOf(seed: string, sizeBytes: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16)).update(Buffer.alloc(sizeBytes));
}

function nameOfVideo(video: number): string {
  return `video-${String(video).padStart(3, '0')}`;
}
