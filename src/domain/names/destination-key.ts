import { createHash } from 'node:crypto';
import { FlantsError } from '../failure.ts';
import { placeOf, tokensOf, withoutTokens } from './tokens.ts';
import type { TokenRules } from './tokens.ts';

/** What fixes the place of each object of a library; kept in its state, so that it never changes. */
export interface KeyRules extends TokenRules {
  /**
   * Where keys begin: `https://cdn.example` for the library's first host, or
   * `file:///videos/` for the folder that holds a local one (with the final slash), `s3://bucket` for one in a bucket.
   */
  readonly root: string;
  /** Names of tokens (`TokenPart.name`) that choose the object all the same. Absent: none. */
  readonly keyParameters?: readonly string[];
  /** Hexadecimal digits of the hash that stands for a query in a key. Absent in libraries that were begun with 8. */
  readonly queryHashDigits?: number;
  /** Whether the store keeps `a//b` apart from `a/b`, as it was when the library was begun. Else they are renamed. */
  readonly keepsEmptySegments?: boolean;
}

/** Digits for new libraries: 128 bits, so that no two queries of a library ever meet. */
export const defaultQueryHashDigits = 32;
const formerQueryHashDigits = 8;

const maxKeyBytes = 1024;

/**
 * Where an object goes below the destination's prefix: the decoded path of its
 * URL without tokens, other hosts below `_hosts/<host>/`, other buckets below `_hosts/s3~<bucket>/`, other parameters hashed into the name, empty segments named
 * unless the store keeps them.
 *
 * @throws {FlantsError} `key.unusable` when the path cannot be an object's key
 */
export function keyOf(url: URL, rules: KeyRules): string {
  return keyOfIdentity(identityOf(url, rules), rules);
}

/** The same for a URL of which `identityOf` is known. */
export function keyOfIdentity(identity: URL, rules: KeyRules): string {
  const root = new URL(rules.root);
  const decoded = decodePath(identity, pathBelow(identity, root));
  const path = rules.keepsEmptySegments === true ? decoded : withoutEmptySegments(decoded);
  const query = identity.search;
  const key = query === '' ? path : hashIntoName(path, query, rules.queryHashDigits ?? formerQueryHashDigits);
  assertUsable(key, identity);
  return key;
}

/**
 * The URL that stands for an object in plans, evidence and messages: without tokens. Of those that choose the object
 * although they look like tokens, it has a digest, since they may be secret.
 */
export function identityOf(
  url: URL,
  { keyParameters = [], ...rules }: TokenRules & Pick<KeyRules, 'keyParameters'>,
): URL {
  const identity = withoutTokens(url, rules);
  if (keyParameters.length === 0) return identity;
  const choosing = tokensOf(url, rules).filter(({ name }) => keyParameters.includes(name));
  const digests = choosing.map(
    ({ name, text }) => `${encodeURIComponent(name)}=~${shortHash(text, defaultQueryHashDigits)}`,
  );
  identity.search = [identity.search.slice(1), ...digests].filter((part) => part !== '').join('&');
  return identity;
}

/** Path from the folder of one key to another, percent-encoded, as a playlist must write it. */
export function relativeUri(fromKey: string, toKey: string): string {
  const folder = folderOf(fromKey);
  const below = toKey.slice(folder.length);
  // Nearly all files stand beside their playlist.
  if (toKey.startsWith(folder) && plainPath.test(below)) return below;
  const from = fromKey.split('/').slice(0, -1);
  const to = toKey.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  const up = from.slice(shared).map(() => '..');
  const uri = [...up, ...to.slice(shared).map(encodeURIComponent)].join('/');
  // An empty segment at the beginning would make it a path from the host.
  return uri.startsWith('/') ? `./${uri}` : uri;
}

/** Names of unreserved characters (RFC 3986 section 2.3), of which none is a dot segment or empty. */
const plainPath = /^(?!\.{0,2}(?:\/|$))[\w.~-]+(?:\/(?!\.{0,2}(?:\/|$))[\w.~-]+)*$/;

/**
 * Whether a URI left as it is would reach `toKey` from the playlist at `fromKey`,
 * wherever the library stands. A literal `+` does not: S3 reads it as a space.
 */
export function reaches(uri: string, fromKey: string, toKey: string): boolean {
  // Nearly all URIs have nothing to resolve, and parsing them costs more than all else about a segment.
  if (plainPath.test(uri)) return folderOf(fromKey) + uri === toKey;
  if (/^[a-z][a-z0-9+.-]*:|^\/|[?+\\]/i.test(uri)) return false;
  // Two places, so that a URI which leaves the library and enters it again by its folder's name is found out.
  return ['a/', 'b/'].every((place) => reachesAt(place, uri, fromKey, toKey));
}

function reachesAt(place: string, uri: string, fromKey: string, toKey: string): boolean {
  const folders = fromKey.split('/').slice(0, -1);
  const base = new URL(`http://destination/${place.repeat(folders.length + 1)}`);
  const folder = base.href + folders.map((name) => `${encodeURIComponent(name)}/`).join('');
  const reached = URL.parse(uri, folder);
  if (!reached?.pathname.startsWith(base.pathname)) return false;
  try {
    return decodeURIComponent(reached.pathname.slice(base.pathname.length)) === toKey;
  } catch {
    return false;
  }
}

/** The folder of a key, with its final slash; empty at the top. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

function pathBelow(url: URL, root: URL): string {
  if (url.protocol === 'file:') {
    if (root.protocol !== 'file:' || !url.pathname.startsWith(root.pathname)) {
      throw new FlantsError(
        'key.unusable',
        `${url.href} is outside the library's folder ${root.href}; name a higher one with --root`,
      );
    }
    return url.pathname.slice(root.pathname.length);
  }
  const path = url.pathname.slice(1);
  const host = hostName(url);
  return host === hostName(root) ? path : `_hosts/${host}/${path}`;
}

/** A host as a segment of a key. A bucket may have the name of a host, and is another place. */
function hostName({ protocol, host }: URL): string {
  return `${protocol === 's3:' ? 's3~' : ''}${host.replaceAll(':', '~')}`;
}

function decodePath(url: URL, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new FlantsError('key.unusable', `the path of ${placeOf(url)} is not percent-encoded UTF-8`, { cause });
  }
}

/**
 * Names empty segments, for stores that would take `a//seg.ts` for `a/seg.ts`: it becomes `a/_empty~1f2e3d4c…/seg.ts`,
 * with a hash of the path before it, so that no other URL has the same by accident. What a folder's playlists name
 * within it keeps its relative place, and most URIs need no change.
 */
function withoutEmptySegments(path: string): string {
  const segments = path.split('/');
  const isEmpty = (segment: string, at: number): boolean => segment === '' && at < segments.length - 1;
  if (!segments.some(isEmpty)) return path;
  const nameAt = (at: number): string =>
    `_empty~${shortHash(segments.slice(0, at + 1).join('/'), defaultQueryHashDigits)}`;
  return segments.map((segment, at) => (isEmpty(segment, at) ? nameAt(at) : segment)).join('/');
}

/** `a/seg.ts` and `?start=5` make `a/seg~1f2e3d4c.ts`. */
function hashIntoName(path: string, query: string, digits: number): string {
  const slash = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  const at = dot > slash ? dot : path.length;
  return `${path.slice(0, at)}~${shortHash(query, digits)}${path.slice(at)}`;
}

function shortHash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

/** What an object's key cannot be, in S3 or in a folder. */
const flaws: readonly { readonly flaw: string; readonly has: (key: string) => boolean }[] = [
  { flaw: `is longer than ${maxKeyBytes} bytes`, has: (key) => Buffer.byteLength(key) > maxKeyBytes },
  { flaw: 'names a folder, not an object', has: (key) => key === '' || key.endsWith('/') },
  { flaw: 'has a dot segment', has: (key) => key.split('/').some((segment) => segment === '.' || segment === '..') },
  // An object there would be taken for one that tries the store, and removed.
  { flaw: 'begins with .flants-, as names of flants itself do', has: (key) => key.startsWith('.flants-') },
  // oxlint-disable-next-line no-control-regex
  { flaw: 'has a control character', has: (key) => /[\u0000-\u001f\u007f]/.test(key) },
];

function assertUsable(key: string, url: URL): void {
  const found = flaws.find(({ has }) => has(key));
  if (found) throw new FlantsError('key.unusable', `the path of ${placeOf(url)} ${found.flaw}`);
}
