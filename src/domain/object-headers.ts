import type { DocumentRole, FileRole } from './revision.ts';

/** How a store encrypts an object at rest: with a key of its own, or with one of KMS. */
export interface ObjectEncryption {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  /** Absent: the default key. */
  readonly keyId?: string;
}

/** What a store is asked to do with an object, beside keeping it. */
export interface ObjectTreatment {
  readonly storageClass?: string;
  readonly encryption?: ObjectEncryption;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Whether objects of a storage class have to be restored before anybody can read them. */
export function isArchive(storageClass: string | undefined): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

/** Headers that a player and a CDN need on an object, and how the store is to treat it. */
export interface ObjectHeaders extends ObjectTreatment {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** The role of an object: each file and each document has one. */
export type ObjectRole = FileRole | DocumentRole;

/** What a policy may say of a role; what it leaves out is as of a wider rule. */
export type HeaderRule = Partial<ObjectHeaders>;

/**
 * Headers by role. A rule of a role goes before that of `playlists`, and that before `all`; what none says is as
 * without a policy.
 */
export interface HeaderPolicy extends Readonly<Partial<Record<ObjectRole | 'playlists' | 'all', HeaderRule>>> {
  /** Content-Type by extension, in lower case and without the dot. A rule of a role goes before it. */
  readonly contentTypes?: Readonly<Record<string, string>>;
}

const byExtension: ReadonlyMap<string, string> = new Map(Object.entries({
  ts: 'video/mp2t', m2ts: 'video/mp2t',
  mp4: 'video/mp4', m4s: 'video/iso.segment', m4v: 'video/mp4', cmfv: 'video/mp4',
  m4a: 'audio/mp4', cmfa: 'audio/mp4', aac: 'audio/aac', mp3: 'audio/mpeg', ac3: 'audio/ac3', ec3: 'audio/eac3',
  vtt: 'text/vtt', webvtt: 'text/vtt', ttml: 'application/ttml+xml', cmft: 'application/mp4',
  srt: 'application/x-subrip', jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', avif: 'image/avif', svg: 'image/svg+xml',
  json: 'application/json', m3u8: 'application/vnd.apple.mpegurl', m3u: 'application/vnd.apple.mpegurl',
})); // prettier-ignore

/** Files never change under their name as long as their playlist does not. */
const immutable = 'public, max-age=31536000, immutable';
/** Posters and captions may be replaced under their names, and no playlist says so. */
const seldomChanged = 'public, max-age=3600';
/** Playlists may be replaced by a later revision. */
const shortLived = 'public, max-age=60';

/**
 * Headers of an object: as the policy says, else Content-Type by extension, then by role (RFC 8216 section 4 for
 * playlists), and Cache-Control by role.
 */
export function headersOf(key: string, role: ObjectRole, policy?: HeaderPolicy): ObjectHeaders {
  const usual = usualHeaders(key, role, policy?.contentTypes ?? {});
  return policy ? { ...usual, ...ruleOf(role, policy) } : usual;
}

/** How the store is to treat objects of a role. */
export function treatmentOf(role: ObjectRole, policy: HeaderPolicy): ObjectTreatment {
  return treatmentIn(ruleOf(role, policy));
}

/** The part of something that says how a store is to treat an object. */
export function treatmentIn({ storageClass, encryption, tags }: ObjectTreatment): ObjectTreatment {
  return {
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(tags === undefined ? {} : { tags }),
  };
}

function ruleOf(role: ObjectRole, policy: HeaderPolicy): HeaderRule {
  return { ...policy.all, ...(isPlaylist(role) ? policy.playlists : {}), ...policy[role] };
}

/** Whether an object is a playlist, of media or of playlists. */
export function isPlaylist(role: ObjectRole): boolean {
  return role === 'media-playlist' || role === 'multivariant-playlist';
}

function usualHeaders(
  key: string,
  role: ObjectRole,
  contentTypes: Readonly<Record<string, string>>,
): Pick<ObjectHeaders, 'contentType' | 'cacheControl'> {
  if (isPlaylist(role)) return { contentType: 'application/vnd.apple.mpegurl', cacheControl: shortLived };
  const extension = extensionOf(key);
  const named = Object.hasOwn(contentTypes, extension) ? contentTypes[extension] : byExtension.get(extension);
  const known = role === 'key' ? undefined : role === 'thumbnail-track' ? 'text/vtt' : named;
  return {
    contentType: known ?? (role === 'data' ? 'application/json' : 'application/octet-stream'),
    cacheControl: cacheControlOf(role),
  };
}

/** The media type of which the extension of a name tells. Undefined if it tells of none. */
export function typeOfName(key: string): string | undefined {
  return byExtension.get(extensionOf(key));
}

/** In lower case and without the dot. Empty if there is none. */
function extensionOf(key: string): string {
  return /\.([a-z0-9]+)$/i.exec(key)?.[1]?.toLowerCase() ?? '';
}

function cacheControlOf(role: ObjectRole): string {
  if (role === 'data' || role === 'thumbnail-track') return shortLived;
  return role === 'poster' || role === 'captions' || role === 'attachment' ? seldomChanged : immutable;
}
