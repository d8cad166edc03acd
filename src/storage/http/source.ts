import { placeOf } from '../../domain/names/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';
import { Cookies } from './cookies.ts';
import { statusError } from './errors.ts';
import type { Answer } from '../wire/exchange.ts';
import { fetchedFrom, isRange } from './fetched.ts';
import { conditionsOf, firstOf as first, indexScopes, requestHeaders } from './headers.ts';
import type { HeaderIndex, ScopedHeaders } from './headers.ts';
import type { Reach } from './reach.ts';
import { openRoutes } from './routes.ts';
import type { RouteOptions, Routes } from './routes.ts';
import type { FetchedObject, FetchOptions, NotModified, Source } from '../source.ts';
import { slowestOfText } from '../wire/pace.ts';
import { send } from './send.ts';
import { createSizer } from './size.ts';
import type { Ask, Located } from './size.ts';

/** Options of an HTTP source. */
export interface HttpSourceOptions extends RouteOptions {
  /** Headers by origin. See `scopeHeaders`. */
  readonly headers: ScopedHeaders;
  /** Maximum number of redirects for one object. */
  readonly maxRedirects: number;
}

/**
 * A source behind HTTP/1.1, with or without TLS. Each origin has its own pool of connections.
 *
 * @throws {FlantsError} `usage` for a header that cannot be sent
 */
export function openHttpSource(options: HttpSourceOptions): Source {
  const index = indexScopes(options.headers);
  const routes = openRoutes(options);
  const { maxRedirects, reach } = options;
  const transport = { routes, index, maxRedirects, ...(reach ? { reach } : {}) };
  return {
    fetch: (url, fetchOptions) => fetchObject(url, fetchOptions, transport),
    sizeOf: createSizer((url, ask, { signal, cookie }) =>
      request(url, { kind: 'media', signal, ...(cookie === undefined ? {} : { cookie }) }, transport, ask),
    ),
    openSession() {
      const cookies = new Cookies();
      return {
        fetch: (url, fetchOptions) => fetchObject(url, fetchOptions, { ...transport, cookies }),
        cookieFor: (url) => cookies.headerFor(url),
      };
    },
    close: () => routes.close(),
  };
}

interface Transport {
  readonly routes: Routes;
  readonly index: HeaderIndex;
  readonly maxRedirects: number;
  readonly reach?: Reach;
  /** Of a session. */
  readonly cookies?: Cookies;
}

async function fetchObject(
  text: string,
  options: FetchOptions,
  transport: Transport,
): Promise<FetchedObject | NotModified> {
  const { answer, url, proxy } = await request(text, options, transport, { method: 'GET', headers: [] });
  if (answer.status === 200 || isRange(answer)) return fetchedFrom(answer, url);
  answer.body.discard();
  if (answer.status === 304 && conditionsOf(options).length > 0) return { result: 'not-modified' };
  throw statusError(answer.status, first(answer.headers['retry-after']), url, { nowMs: Date.now(), proxy });
}

/** Sends a request, and again where its answers redirect. */
async function request(
  text: string,
  options: FetchOptions,
  transport: Transport,
  { method, headers }: Ask,
): Promise<Located> {
  const requested = parse(text);
  const visited: string[] = [];
  let url = requested;
  for (;;) {
    transport.reach?.check(url);
    const cookie = cookieFor(url, requested, { options, transport });
    const route = transport.routes.to(url);
    const all = requestHeaders(url, { kind: options.kind, unless: options.unless, cookie }, transport.index);
    all.push(...headers);
    const slowest = options.kind === 'text' && options.insists !== true ? slowestOfText : undefined;
    const answer = await send(route, { method, url, headers: all, slowest }, options.signal);
    await transport.cookies?.receive(answer.headers['set-cookie'], url);
    if (!isRedirect(answer.status)) return { answer, url, proxy: route.proxy };
    answer.body.discard();
    visited.push(`${url.href} ${cookie}`);
    url = redirected(url, requested, answer);
    // A host may redirect to the same URL for it to be asked for with a cookie.
    if (visited.includes(`${url.href} ${cookieFor(url, requested, { options, transport })}`)) {
      throw new FlantsError('source.redirects', `${placeOf(requested)} redirects in a circle`);
    }
    if (visited.length > transport.maxRedirects) {
      throw new FlantsError(
        'source.redirects',
        `${placeOf(requested)} redirects more than ${transport.maxRedirects} times`,
      );
    }
  }
}

function cookieFor(
  url: URL,
  requested: URL,
  { options, transport }: { readonly options: FetchOptions; readonly transport: Transport },
): string | undefined {
  if (transport.cookies) return transport.cookies.headerFor(url.href);
  return options.cookie !== undefined && url.origin === requested.origin ? options.cookie : undefined;
}

/** Resolves a redirect. RFC 9110 section 15.4. User information of the requested URL is only sent to its own origin. */
function redirected(from: URL, requested: URL, answer: Answer): URL {
  const location = first(answer.headers.location);
  if (location === undefined) {
    throw new FlantsError(
      'source.status',
      `${placeOf(from)} redirects (status ${answer.status}) without saying where`,
      { status: answer.status, retryable: false },
    );
  }
  const to = URL.parse(escapeBytes(location), from.href);
  if (!to || !isHttp(to)) {
    throw new FlantsError('source.refused', `${placeOf(from)} redirects to what is no http(s) URL`, {
      status: answer.status,
    });
  }
  const home = to.origin === requested.origin;
  to.username = home ? requested.username : '';
  to.password = home ? requested.password : '';
  to.hash = '';
  return to;
}

/**
 * Percent-encodes the bytes above 0x7f of a header, which was read as Latin-1. RFC 3986 allows none, and servers send
 * them all the same, mostly of UTF-8. Each byte reaches the server as it was meant, in whatever encoding.
 */
function escapeBytes(header: string): string {
  return header.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (!url || !isHttp(url)) {
    throw new FlantsError(
      'source.refused',
      url ? `a ${url.protocol} URL cannot be fetched by HTTP` : 'that is not a URL',
    );
  }
  // Setting a part writes the whole URL anew.
  if (url.hash !== '') url.hash = '';
  return url;
}

function isHttp(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
