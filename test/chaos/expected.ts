import { crc32Hex } from '../../src/storage/checksum.ts';
import type { Measured } from '../../src/storage/checksum.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';

/** What must be known of one video at the end. */
export interface ExpectedVideo {
  readonly id: string;
  /** By key. */
  readonly files: Map<string, Measured>;
  readonly playlist: Measured & { readonly key: string };
}

/** Every video of a library. */
export function expectedVideos(library: SyntheticShape): readonly ExpectedVideo[] {
  const videos: ExpectedVideo[] = [];
  let files = new Map<string, Measured>();
  for (const { path, body } of syntheticFiles(library)) {
    const key = path.slice(1);
    const measured: Measured = { sizeBytes: body.byteLength, crc32: crc32Hex(body) };
    if (key.endsWith('.m3u8')) {
      videos.push({ id: key.slice(0, key.indexOf('/')), files, playlist: { key, ...measured } });
      files = new Map();
    } else {
      files.set(key, measured);
    }
  }
  return videos;
}
