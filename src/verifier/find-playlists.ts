import { typeOfName } from '../domain/object-headers.ts';
import { forEachConcurrently } from '../domain/waiting/for-each-concurrently.ts';
import { adaptPlaylist } from '../hls/adapt-playlist.ts';
import { readReferences } from '../hls/references.ts';
import { tokenize } from '../hls/tokenizer.ts';
import type { StoreDestination } from './destination.ts';
import { orProblem } from './object-faults.ts';

/** Playlists of a destination by what they are, as their tags say. */
export interface FoundPlaylists {
  readonly multivariant: readonly string[];
  readonly media: readonly string[];
  /** Playlists that a multivariant one names, with the key of one that does. */
  readonly namedBy: ReadonlyMap<string, string>;
}

/**
 * The playlist that a video begins with of which this one is a part: of a circle, the first in order.
 *
 * @param parentOf - the multivariant playlist that names a playlist
 */
export function firstAbove(key: string, parentOf: (key: string) => string | undefined): string {
  const above = [key];
  for (;;) {
    const last = above.at(-1) ?? key;
    const parent = parentOf(last);
    if (parent === undefined) return last;
    const at = above.indexOf(parent);
    if (at !== -1) return above.slice(at).toSorted()[0] ?? key;
    above.push(parent);
  }
}

/** How to read playlists of a destination. */
export interface ReadOptions {
  readonly destination: Pick<StoreDestination, 'read' | 'readHead' | 'keyOf'>;
  /** URL of a key below the prefix. */
  readonly urlOf: (key: string) => string;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/**
 * Sorts playlists by what they are. What a multivariant one names is found also where a copy would refuse it.
 *
 * @throws {FlantsError} as the destination
 */
export async function sortPlaylists(
  keys: readonly string[],
  { destination, urlOf, concurrency, signal }: ReadOptions,
): Promise<FoundPlaylists> {
  const multivariant: string[] = [];
  const media: string[] = [];
  const namedBy = new Map<string, string>();
  await forEachConcurrently(keys, { concurrency }, async (key) => {
    const url = urlOf(key);
    const found = await orNothing(() => destination.read(url, { signal }));
    const text = Buffer.from(found?.bytes ?? []).toString('utf8');
    if (!/^#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|IMAGE-STREAM-INF|MEDIA):/m.test(text)) {
      media.push(key);
      return;
    }
    multivariant.push(key);
    const context = { url, finalUrl: url, external: 'keep' } as const;
    const { references } = readReferences(adaptPlaylist(tokenize(text), context).tokens, 'multivariant', context);
    for (const { use, fetchUrl } of references) {
      if (use === 'file' || !fetchUrl.startsWith(urlOf(''))) continue;
      const named = destination.keyOf(fetchUrl);
      if (named !== key) namedBy.set(named, key);
    }
  });
  return { multivariant: multivariant.toSorted(), media: media.toSorted(), namedBy };
}

/**
 * Finds playlists whose name does not say so, such as `manifest(format=m3u8-aapl)` or one from the URL of a script: those of
 * these objects are looked into whose names say nothing.
 *
 * @returns their keys
 * @throws {FlantsError} as the destination
 */
export async function findPlaylistsOfOtherNames(
  objects: AsyncIterable<{ readonly key: string }>,
  { destination, urlOf, concurrency, signal }: ReadOptions,
): Promise<readonly string[]> {
  const found: string[] = [];
  await forEachConcurrently(objects, { concurrency }, async ({ key }) => {
    if (typeOfName(key) !== undefined) return;
    const head = await orNothing(() => destination.readHead(urlOf(key), { signal }));
    if (looksLikePlaylist(head ?? new Uint8Array())) found.push(key);
  });
  return found;
}

/** An object that cannot be read is named when its video is verified. */
function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  return orProblem(read, () => undefined);
}

/** Whether an object begins as playlists do. */
export function looksLikePlaylist(head: Uint8Array): boolean {
  return /^\s*#EXTM3U/.test(Buffer.from(head).toString('utf8'));
}
