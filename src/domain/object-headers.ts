import type { DocumentRole, FileRole } from './revision.ts';

/** Headers that a player and a CDN need on an object. */
export interface ObjectHeaders {
  readonly contentType: string;
  readonly cacheControl: string;
}

const byExtension: ReadonlyMap<string, string> = new Map(Object.entries({
  ts: 'video/mp2t', m2ts: 'video/mp2t',
  mp4: 'video/mp4', m4s: 'video/iso.segment', m4v: 'video/mp4', cmfv: 'video/mp4',
  m4a: 'audio/mp4', cmfa: 'audio/mp4', aac: 'audio/aac', mp3: 'audio/mpeg', ac3: 'audio/ac3', ec3: 'audio/eac3',
  vtt: 'text/vtt', webvtt: 'text/vtt', ttml: 'application/ttml+xml', cmft: 'application/mp4',
  jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp',
  json: 'application/json', m3u8: 'application/vnd.apple.mpegurl', m3u: 'application/vnd.apple.mpegurl',
})); // prettier-ignore

/** Files never change under their name as long as their playlist does not. */
const immutable = 'public, max-age=31536000, immutable';
/** Playlists may be replaced by a later revision. */
const shortLived = 'public, max-age=60';

/** Content-Type by extension, then by role (RFC 8216 section 4 for playlists); Cache-Control by role. */
export function headersOf(key: string, role: FileRole | DocumentRole): ObjectHeaders {
  const isPlaylist = role === 'media-playlist' || role === 'multivariant-playlist';
  if (isPlaylist) return { contentType: 'application/vnd.apple.mpegurl', cacheControl: shortLived };
  const extension = /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase() ?? '';
  const known = role === 'key' ? undefined : byExtension.get(extension);
  return {
    contentType: known ?? (role === 'data' ? 'application/json' : 'application/octet-stream'),
    cacheControl: role === 'data' ? shortLived : immutable,
  };
}
