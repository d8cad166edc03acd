import { createHash } from 'node:crypto';
import { defaultTokenRules, withoutTokens } from '../domain/names/tokens.ts';
import { failureWith } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';
import { playlistUrlOf } from './playlist-url.ts';

/**
 * A catalogue of playlists named on the command line. A playlist that is named twice is one video.
 *
 * @param playlists - URLs, or paths relative to `folder`
 * @param folder - the working folder
 */
export function singleCatalogue(playlists: readonly string[], folder: string): Catalogue {
  return {
    name: playlists.length === 1 ? (playlists[0] ?? '') : `${playlists.length} playlists`,
    rows: () => rowsOf(playlists, folder),
    close: async () => {},
  };
}

async function* rowsOf(playlists: readonly string[], folder: string): AsyncGenerator<CatalogueRow> {
  const seen = new Map<VideoId, string>();
  for (const [index, text] of playlists.entries()) {
    const row = index + 1;
    // Of a bucket, the URL was made from what a person wrote.
    const url = text.startsWith('s3:') ? (URL.parse(text) ?? undefined) : playlistUrlOf(text, folder);
    const id = url && idOfPlaylist(url);
    if (!url || id === undefined) {
      yield {
        kind: 'refused',
        row,
        failure: failureWith(
          'catalogue.row',
          `playlist ${row} is neither the http(s) URL nor the path of a playlist: a host alone names none`,
        ),
      };
      continue;
    }
    const earlier = seen.get(id);
    if (earlier === url.href) continue;
    if (earlier === undefined) {
      seen.set(id, url.href);
      const submission = { id, playlistUrl: url.href };
      yield { kind: 'video', row, submission, fields: submission };
    } else {
      yield {
        kind: 'refused',
        row,
        id,
        failure: failureWith('catalogue.duplicate', `playlist ${row} would have the same id, ${id}, as an earlier one`),
      };
    }
  }
}

/**
 * Derives the id of a video from its playlist's URL: host and decoded path without `.m3u8`, and a hash of the query
 * without tokens. It depends on the URL alone, so it is the same in every run, whatever else is copied.
 *
 * @returns undefined for a URL without a path
 */
export function idOfPlaylist(url: URL): VideoId | undefined {
  const stable = withoutTokens(url, defaultTokenRules);
  const path = decodeLeniently(stable.pathname)
    .replace(/^\/+/, '')
    .replace(/\.m3u8$/i, '');
  if (path === '') return undefined;
  const place = url.host === '' ? path : `${url.host.replace(':', '~')}/${path}`;
  const query = url.protocol === 'file:' ? '' : stable.search;
  return query === '' ? place : `${place}~${createHash('sha256').update(query).digest('hex').slice(0, 8)}`;
}

function decodeLeniently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
