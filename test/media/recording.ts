import type { Origin } from '../servers/origin.ts';
import { randomBytesOf } from './synthetic.ts';

/** A recording that is made at an origin. */
export interface Recording {
  /** Path of its multivariant playlist. */
  readonly path: string;
  /** Every object of it as it is now, by its path. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** Ends it in order. @returns `performance.now()` when EXT-X-ENDLIST stood in the last of its playlists */
  end(): number;
  /** Adds no more, and no end: as when an encoder dies. */
  die(): void;
}

const variants = ['high', 'low'] as const;

/**
 * Begins a recording in two variants. It is there from the first moment, with playlists that name no segment yet, and
 * grows as an encoder would have it: the segment first, then its playlist.
 *
 * @param everyMs - how often a segment is added, which is the target duration too; whole seconds
 */
export function startRecording(origin: Origin, name: string, everyMs: number): Recording {
  const objects = new Map<string, Uint8Array>();
  const put = (path: string, body: Uint8Array | string): void => {
    objects.set(path, Buffer.from(body));
    origin.put(path, body);
  };
  const list = (variant: string, count: number, ...last: readonly string[]): void => {
    const seconds = everyMs / 1000;
    const head = ['#EXTM3U', '#EXT-X-VERSION:3', `#EXT-X-TARGETDURATION:${seconds}`, '#EXT-X-PLAYLIST-TYPE:EVENT'];
    const named = Array.from({ length: count }, (_, at) => [`#EXTINF:${seconds},`, `${variant}-${at}.ts`]).flat();
    put(`/${name}/${variant}.m3u8`, [...head, ...named, ...last, ''].join('\n'));
  };
  const path = `/${name}/master.m3u8`;
  const streams = variants.flatMap((variant) => ['#EXT-X-STREAM-INF:BANDWIDTH=100000', `${variant}.m3u8`]);
  put(path, ['#EXTM3U', ...streams, ''].join('\n'));
  for (const variant of variants) list(variant, 0);

  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    for (const variant of variants) {
      const segment = `/${name}/${variant}-${count - 1}.ts`;
      put(segment, randomBytesOf(segment, 2000));
      list(variant, count);
    }
  }, everyMs);
  return {
    path,
    objects,
    end() {
      clearInterval(timer);
      for (const variant of variants) list(variant, count, '#EXT-X-ENDLIST');
      return performance.now();
    },
    die: () => clearInterval(timer),
  };
}
