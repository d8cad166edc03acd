import { createHash } from 'node:crypto';
import { maxPlaylistBytes } from '../domain/playlist-size.ts';
import type { ReadPlaylist } from '../domain/revision.ts';
import type { Source } from './source.ts';

/**
 * Whether the source still has a playlist as it was read: one conditional request; where the
 * source has no validators, the bytes are compared, up to the most that a playlist may have.
 *
 * @throws {FlantsError} as `Source.fetch`
 */
export async function isUnchanged(source: Source, playlist: ReadPlaylist, signal: AbortSignal): Promise<boolean> {
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

/** Whether all of them are; asks no further once one is not. */
export async function areUnchanged(
  source: Source,
  playlists: readonly ReadPlaylist[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const playlist of playlists) if (!(await isUnchanged(source, playlist, signal))) return false;
  return true;
}
