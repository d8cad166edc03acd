/** What a URI of a playlist means to a copy. */
export type Resolved =
  /** Something that can be fetched, without its fragment. */
  | { readonly kind: 'fetch'; readonly url: string; readonly repaired: boolean }
  /** The bytes stand in the playlist itself. */
  | { readonly kind: 'inline' }
  /** Of a scheme that a copy neither fetches nor stores. */
  | { readonly kind: 'foreign'; readonly scheme: string }
  | { readonly kind: 'unusable' };

/** Schemes that stand before a colon without being the beginning of a file name. */
const knownSchemes = new Set([
  'http',
  'https',
  'file',
  's3',
  'ftp',
  'skd',
  'urn',
  'blob',
  'about',
  'javascript',
  'mailto',
  'rtmp',
  'rtsp',
]);

const segment = "[\\w~!$&'()*+,;=@-][\\w.~!$&'()*+,;=@-]*";

/**
 * A relative path, with a query or not, in which resolving changes nothing: no escapes, dot segments or scheme. Deeper ones,
 * which a pattern of any length would overflow the stack on, are for the parser.
 */
const plainUri = new RegExp(`^${segment}(?:/${segment}){0,99}(?:\\?[\\w.~!$&()*+,;=@:/?%-]+)?$`);

/**
 * Resolves URIs against the place their playlist came from, after redirects (RFC 3986 section 5.1.3).
 *
 * Only http and https, and the scheme of the playlist itself, are fetched: a playlist on the web cannot name local files.
 * A name such as `seg:1.ts` parses as a scheme; it is read as the relative name that was meant, and marked `repaired`.
 */
export function resolverOf(base: URL): (uri: string) => Resolved {
  const place = URL.parse('.', base.href);
  const folder = place && isFetched(place, base) ? place.href : undefined;
  // Nearly all URIs have nothing to resolve, and parsing them costs more than all else about a segment.
  return (uri) =>
    folder !== undefined && plainUri.test(uri)
      ? { kind: 'fetch', url: folder + uri, repaired: false }
      : resolveUri(uri, base);
}

function resolveUri(uri: string, base: URL): Resolved {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'data') return { kind: 'inline' };
  const repaired =
    scheme !== undefined &&
    !knownSchemes.has(scheme) &&
    `${scheme}:` !== base.protocol &&
    !uri.startsWith('//', scheme.length + 1);
  const url = URL.parse(repaired ? `./${uri}` : uri, base.href);
  if (!url) return { kind: 'unusable' };
  if (!isFetched(url, base)) return { kind: 'foreign', scheme: url.protocol.slice(0, -1) };
  url.hash = '';
  return { kind: 'fetch', url: url.href, repaired };
}

function isFetched(url: URL, base: URL): boolean {
  if (url.protocol === 'file:') return base.protocol === 'file:' && url.host === '';
  return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === base.protocol;
}

/** The address that a document came from, and the one that its key derives from. */
export interface DocumentAddress {
  /** After redirects. */
  readonly finalUrl: string;
  /** From which its key derives. */
  readonly keyUrl: string;
}

/**
 * The URL that a child's key derives from. A child below the directory a playlist was redirected to keeps its
 * relative place below the one it was asked for, so that edge hosts and their like never show in keys.
 *
 * @param url - the child's, resolved against the parent's final URL
 */
export function keyUrlOf(url: string, parent: DocumentAddress): string {
  if (parent.finalUrl === parent.keyUrl) return url;
  const child = new URL(url);
  const final = new URL('.', parent.finalUrl);
  if (child.protocol !== final.protocol || child.host !== final.host || !child.pathname.startsWith(final.pathname))
    return url;
  const place = new URL('.', parent.keyUrl);
  place.pathname += child.pathname.slice(final.pathname.length);
  place.search = child.search;
  return place.href;
}
