import { FlantsError } from '../../domain/failure.ts';
import { isHeaderName, isHeaderValue, isReservedHeader } from '../../domain/request-header.ts';
import type { FetchOptions } from '../source.ts';
import { offeredCodings } from './decode.ts';

/**
 * Headers, and the one origin (`https://cdn.example:8443`) that receives them. Plain JSON, so that it can be sent to
 * workers.
 */
export interface HeaderScope {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers for a library's sources, such as Authorization or Cookie. */
export type ScopedHeaders = readonly HeaderScope[];

/** Headers for every origin. */
const unscoped: readonly string[] = ['user-agent', 'flants'];

/**
 * Assigns the user's headers to the origin of each source, and a URL's own user information as Basic authentication.
 *
 * @param sources - URLs as given by the user; those that are not http(s) are skipped
 * @param headers - names and values as given by the user
 * @throws {FlantsError} `usage` for a header that is not valid in HTTP, or that the user may not set
 */
export function scopeHeaders(sources: readonly string[], headers: Readonly<Record<string, string>>): ScopedHeaders {
  const scopes = new Map<string, Record<string, string>>();
  for (const source of sources) {
    const url = URL.parse(source);
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) continue;
    const basic = basicAuthorization(url);
    scopes.set(url.origin, {
      ...scopes.get(url.origin),
      ...headers,
      ...(basic === undefined ? {} : { authorization: basic }),
    });
  }
  const scoped = [...scopes].map(([origin, own]) => ({ origin, headers: own }));
  indexScopes(scoped);
  return scoped;
}

/** Alternating header names and values, by the origin that receives them. */
export type HeaderIndex = ReadonlyMap<string, readonly string[]>;

/**
 * Indexes scopes by origin. Headers for `http://host` are also sent to `https://host`, since sources redirect there,
 * but never the other way, where everyone on the network could read them.
 *
 * @throws {FlantsError} `usage` for a header that is not valid in HTTP, or that the user may not set
 */
export function indexScopes(scopes: ScopedHeaders): HeaderIndex {
  const index = new Map<string, readonly string[]>();
  for (const { origin, headers } of scopes) {
    const own = Object.entries(headers).flatMap(checked);
    index.set(
      origin,
      Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent') ? own : [...own, ...unscoped],
    );
  }
  for (const { origin } of scopes) {
    const secure = origin.replace(/^http:/, 'https:');
    if (!index.has(secure)) index.set(secure, index.get(origin) ?? unscoped);
  }
  return index;
}

/** What of a request its headers say. */
type HeaderOptions = Pick<FetchOptions, 'kind'> & {
  readonly unless?: FetchOptions['unless'] | undefined;
  readonly cookie?: string | undefined;
};

/** The headers of a request: names and values in turn. Conditions by RFC 9110 section 13.1. */
export function requestHeaders(url: URL, { kind, unless, cookie }: HeaderOptions, index: HeaderIndex): string[] {
  const headers = ['accept-encoding', kind === 'media' ? 'identity' : offeredCodings];
  const own = index.get(url.origin) ?? unscoped;
  const basic = basicAuthorization(url);
  for (let at = 0; at < own.length; at += 2) {
    const [name, value] = [own[at] as string, own[at + 1] as string];
    if (basic !== undefined && name === 'authorization') continue;
    headers.push(name, name === 'cookie' && cookie !== undefined ? `${value}; ${cookie}` : value);
  }
  if (cookie !== undefined && !headers.includes('cookie')) headers.push('cookie', cookie);
  if (basic !== undefined) headers.push('authorization', basic);
  if (unless) headers.push(...conditionsOf({ unless }));
  return headers;
}

/** Names and values, in turn, of the headers by which an object is asked for only if it has changed. */
export function conditionsOf({ unless }: Pick<FetchOptions, 'unless'>): readonly string[] {
  return [
    ...(unless?.etag === undefined ? [] : ['if-none-match', unless.etag]),
    ...(unless?.lastModified === undefined ? [] : ['if-modified-since', unless.lastModified]),
  ];
}

/** The first value of a header that may have been sent several times. */
export function firstOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}

/** Basic authentication (RFC 7617) from a URL. Undefined if it has no user information. */
function basicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const pair = [url.username, url.password].map(decodeLeniently).join(':');
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function checked([name, value]: [string, string]): [string, string] {
  const lower = name.toLowerCase();
  if (isReservedHeader(lower))
    throw new FlantsError('usage', `the header ${name} is set by flants itself and cannot be given`);
  if (!isHeaderName(name) || !isHeaderValue(value)) {
    throw new FlantsError('usage', `the header ${JSON.stringify(name)} is not a valid HTTP header`);
  }
  return [lower, value];
}
