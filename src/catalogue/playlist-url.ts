import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bucketUrlOf } from '../domain/names/bucket-url.ts';

const schemes = new Set(['http:', 'https:', 'file:']);

/**
 * Parses the URL or path of a playlist, or `s3://bucket/key` as AWS's own tools write it.
 *
 * @param folder - base of relative paths; undefined if only URLs are allowed
 * @returns undefined for an invalid URL, or a scheme that no source supports
 */
export function playlistUrlOf(text: string, folder: string | undefined): URL | undefined {
  // A single letter before the colon is a Windows drive, not a scheme.
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    return folder === undefined ? undefined : pathToFileURL(resolve(folder, text));
  }
  if (/^s3:/i.test(text)) return bucketUrlOf(text);
  const url = URL.parse(text);
  return url && schemes.has(url.protocol) ? url : undefined;
}
