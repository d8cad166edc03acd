import { createHash } from 'node:crypto';
import { maxPlaylistBytes } from '../domain/playlist-size.ts';
import { failureOf } from '../domain/failure.ts';
import type { ReadPlaylist } from '../domain/read-playlist.ts';
import type { Source } from './source.ts';

/**
 * Whether the source still has a playlist as it was read. Sends one conditional request. Without validators, compares
 * the hash of the bytes, up to the size limit of playlists.
 *
 * @throws {FlantsError} as `Source.fetch`
 */
export async function isUnchanged(source: Source, playlist: ReadPlaylist, signal: AbortSignal): Promise<boolean> {
  if (playlist.sha256 === undefined) return isAbsent(source, playlist.url, signal);
  const answer = await source.fetch(playlist.url, { kind: 'text', unless: playlist.validators, signal });
  if (answer.result === 'not-modified') return true;
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of answer.body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxPlaylistBytes) return false;
      hash.update(chunk);
    }
    return hash.digest('hex') === playlist.sha256;
  } finally {
    answer.cancel();
  }
}

async function isAbsent(source: Source, url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await source.fetch(url, { kind: 'text', signal });
    if (answer.result === 'fetched') answer.cancel();
    return false;
  } catch (error) {
    if (failureOf(error).code === 'source.not-found') return true;
    throw error;
  }
}

/**
 * Whether all playlists are unchanged. Stops at the first that is not.
 *
 * @param playlists - what names another before it
 * @throws {FlantsError} as `Source.fetch`
 */
export async function areUnchanged(
  source: Source,
  playlists: readonly ReadPlaylist[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const playlist of playlists) if (!(await isUnchanged(source, playlist, signal))) return false;
  return true;
}
