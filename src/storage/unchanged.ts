import { createHash } from 'node:crypto';
import type { ReadPlaylist } from '../domain/revision.ts';
import type { Source } from './source.ts';

/**
 * Whether the source still has a playlist as it was read: one conditional request; where the
 * source has no validators, the bytes are compared.
 *
 * @throws {FlantsError} as `Source.fetch`
 */
export async function isUnchanged(source: Source, playlist: ReadPlaylist, signal: AbortSignal): Promise<boolean> {
  const answer = await source.fetch(playlist.url, { kind: 'text', unless: playlist.validators, signal });
  if (answer.result === 'not-modified') return true;
  try {
    const hash = createHash('sha256');
    for await (const chunk of answer.body) hash.update(chunk);
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
