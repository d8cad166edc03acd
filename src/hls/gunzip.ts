import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FlantsError } from '../domain/failure.ts';

const unzip = promisify(gunzip);

/**
 * Undoes gzip that was stored without being declared: some uploaders compress playlists and forget the header.
 *
 * @param url - for messages
 * @throws {FlantsError} `hls.limit` when what is inside is longer than `maxBytes`, `hls.not-a-playlist` when it is broken
 */
export async function gunzipIfNeeded(bytes: Uint8Array, url: string, maxBytes: number): Promise<Uint8Array> {
  assertLength(bytes, url, maxBytes);
  // RFC 1952 section 2.3.1: a gzip member begins with 1f 8b.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLong(url, maxBytes, cause);
    throw new FlantsError('hls.not-a-playlist', `${url} is gzip that cannot be undone`, { cause });
  }
}

function assertLength(bytes: Uint8Array, url: string, maxBytes: number): void {
  if (bytes.byteLength > maxBytes) throw tooLong(url, maxBytes);
}

function tooLong(url: string, maxBytes: number, cause?: unknown): FlantsError {
  return new FlantsError('hls.limit', `${url} is longer than ${maxBytes} bytes`, { cause });
}
