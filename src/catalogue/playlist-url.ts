import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const schemes = new Set(['http:', 'https:', 'file:']);

/**
 * The URL of a playlist that a person named by URL or by path.
 *
 * @param folder - where relative paths begin; undefined where paths are not meant
 * @returns undefined for a URL that is none, or of a scheme that no source reads
 */
export function playlistUrlOf(text: string, folder: string | undefined): URL | undefined {
  // One letter before the colon is a drive of Windows, not a scheme.
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    return folder === undefined ? undefined : pathToFileURL(resolve(folder, text));
  }
  const url = URL.parse(text);
  return url && schemes.has(url.protocol) ? url : undefined;
}
