import { FlantsError } from './failure.ts';
import { MiB } from './units.ts';

/** Most bytes of one playlist or JSON document, after any content coding is undone: far above what players can work with. */
export const maxPlaylistBytes = 64 * MiB;

/** Most lines of one playlist: while it is read, a short line takes a hundred times its bytes. */
export const maxPlaylistLines = 2_000_000;

/** Most places that one document names, and most that is to be said of it. */
export const maxNamed = 1_000_000;

/** Most bytes of all playlists and JSON documents of a presentation together. */
export const maxPresentationBytes = 256 * MiB;

/**
 * Collects the bytes of a playlist.
 *
 * @param name - for the message
 * @throws {FlantsError} `hls.limit` when there are more than `maxBytes`; what the body throws
 */
export async function collectPlaylist(
  body: AsyncIterable<Uint8Array>,
  name: () => string,
  maxBytes = maxPlaylistBytes,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw new FlantsError('hls.limit', `${name()} is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}
