import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cookieLimits } from '../../src/storage/http/cookies.ts';
import { openHttpSource } from '../../src/storage/http/source.ts';
import { routeSource } from '../../src/storage/route-source.ts';
import { scopeHeaders } from '../../src/storage/http/headers.ts';
import type { ScopedHeaders } from '../../src/storage/http/headers.ts';
import type { Source, SourceSession } from '../../src/storage/source.ts';
import { bytesOf } from '../contract/source.contract.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Behaviour, Origin } from '../servers/origin.ts';

const { signal } = new AbortController();
const playlist = '#EXTM3U\n#EXT-X-ENDLIST\n';

let origin: Origin;
let other: Origin;
const opened: Source[] = [];
beforeEach(async () => {
  const files = { '/v/main.m3u8': playlist, '/v/seg.ts': 'media', '/seg.ts': 'media', '/other/seg.ts': 'media' };
  [origin, other] = await Promise.all([startOrigin({ files }), startOrigin({ files })]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((source) => source.close()));
  await Promise.all([origin.stop(), other.stop()]);
});

function open(headers: ScopedHeaders = []): Source {
  const http = openHttpSource({
    headers,
    connections: 2,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    maxRedirects: 5,
  });
  opened.push(http);
  return routeSource({ 'http:': http });
}

function sessionOf(source: Source): SourceSession {
  const session = source.openSession?.();
  if (!session) throw new Error('it opens no sessions');
  return session;
}

/** As one more name of the loopback, which other hosts' cookies do not reach. */
const named = (url: string): string => url.replace('127.0.0.1', 'localhost');
const set = (...cookies: readonly string[]): Behaviour => ({
  kind: 'with-headers',
  headers: { 'set-cookie': cookies },
});
const sent = (at: Origin): (string | undefined)[] => at.requests.map(({ headers }) => headers.cookie);

async function read(from: Pick<Source, 'fetch'>, url: string, cookie?: string): Promise<void> {
  const answer = await from.fetch(url, { kind: 'text', signal, ...(cookie === undefined ? {} : { cookie }) });
  if (answer.result === 'fetched') await bytesOf(answer.body);
}

describe('a session', () => {
  it('sends back what it was given, where it belongs', async () => {
    origin.behave('/v/main.m3u8', set('a=1; Path=/; HttpOnly', 'b=2', 'c=3; Path=/other'));
    const session = sessionOf(open());
    await read(session, `${origin.url}/v/main.m3u8`);
    for (const path of ['/v/seg.ts', '/seg.ts', '/other/seg.ts']) await read(session, origin.url + path);
    await read(session, `${other.url.replace('127.0.0.1', 'localhost')}/seg.ts`);
    expect(sent(origin)).toEqual([undefined, 'b=2; a=1', 'a=1', 'c=3; a=1']);
    expect(sent(other)).toEqual([undefined]);
    expect(session.cookieFor(`${origin.url}/v/seg.ts`)).toBe('b=2; a=1');
    for (const url of ['http://cdn.example/v/seg.ts', 'ftp://cdn.example/seg.ts', 'file:///v/seg.ts', 'data:,x'])
      expect(session.cookieFor(url)).toBeUndefined();
  });

  it('has cookies of its own, and the source has none', async () => {
    origin.behave('/v/main.m3u8', set('grant=1; Path=/'));
    const source = open();
    const [one, two] = [sessionOf(source), sessionOf(source)];
    await read(one, `${origin.url}/v/main.m3u8`);
    await read(source, `${origin.url}/v/main.m3u8`);
    for (const each of [one, two, source]) await read(each, `${origin.url}/seg.ts`);
    expect(sent(origin).slice(2)).toEqual(['grant=1', undefined, undefined]);
  });

  it('takes no cookie for another site or a public suffix, and ignores what is none', async () => {
    origin.behave(
      '/v/main.m3u8',
      set('a=1; Domain=cdn.example', 'b=2; Domain=com', 'c=3; Domain=0.0.1', '', ';;;', 'd=4; Domain=cloudfront.net'),
    );
    const session = sessionOf(open());
    await read(session, `${origin.url}/v/main.m3u8`);
    for (const host of ['cdn.example', 'example.com', '127.0.0.1', 'd1.cloudfront.net'])
      expect(session.cookieFor(`http://${host}/`)).toBeUndefined();
  });

  it('forgets cookies that have run out or are taken back', async () => {
    const session = sessionOf(open());
    origin.behave(
      '/v/main.m3u8',
      set('a=1; Path=/', 'b=2; Path=/; Max-Age=0', 'c=3; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/'),
    );
    await read(session, `${origin.url}/v/main.m3u8`);
    expect(session.cookieFor(`${origin.url}/`)).toBe('a=1');
    origin.behave('/v/main.m3u8', set('a=; Path=/; Max-Age=0'));
    await read(session, `${origin.url}/v/main.m3u8`);
    expect(session.cookieFor(`${origin.url}/`)).toBeUndefined();
  });

  it('holds so many and no more, the latest, and none that is too large', async () => {
    const { maxCookies, maxCookieBytes } = cookieLimits;
    const many = Array.from({ length: 3 * maxCookies }, (_, number) => `c${number}=${number}; Path=/`);
    origin.behave('/v/main.m3u8', set(...many, `large=${'x'.repeat(maxCookieBytes)}; Path=/`));
    const session = sessionOf(open());
    for (let round = 0; round < 2; round++) await read(session, `${origin.url}/v/main.m3u8`);
    const header = session.cookieFor(`${origin.url}/`) ?? '';
    expect(header.split('; ')).toHaveLength(maxCookies);
    expect(header).toContain(`c${3 * maxCookies - 1}=`);
    expect(header).not.toContain('large');
  });

  it('takes cookies from redirects, and asks the same URL again with them', async () => {
    origin.behave('/v/main.m3u8', { kind: 'redirect', to: '/login' }, 1);
    origin.behave('/login', { kind: 'redirect', to: '/v/main.m3u8', headers: { 'set-cookie': 'grant=1; Path=/' } });
    await read(sessionOf(open()), `${origin.url}/v/main.m3u8`);
    expect(sent(origin)).toEqual([undefined, undefined, 'grant=1']);
    origin.behave('/v/main.m3u8', { kind: 'redirect', to: '/login' });
    await expect(read(sessionOf(open()), `${origin.url}/v/main.m3u8`)).rejects.toThrow('redirects in a circle');
  });

  it('keeps cookies of one host from another to which it is redirected', async () => {
    origin.behave('/v/main.m3u8', {
      kind: 'redirect',
      to: `${named(other.url)}/v/main.m3u8`,
      headers: { 'set-cookie': 'grant=1; Path=/' },
    });
    await read(sessionOf(open()), `${origin.url}/v/main.m3u8`);
    expect(sent(other)).toEqual([undefined]);
  });

  it("adds them to a cookie of the user's", async () => {
    origin.behave('/v/main.m3u8', set('grant=1; Path=/'));
    const session = sessionOf(open(scopeHeaders([origin.url], { Cookie: 'own=2' })));
    await read(session, `${origin.url}/v/main.m3u8`);
    await read(session, `${origin.url}/seg.ts`);
    expect(sent(origin)).toEqual(['own=2', 'own=2; grant=1']);
  });
});

describe('a cookie that is given with a request', () => {
  it('goes to the origin of its URL alone', async () => {
    origin.behave('/v/seg.ts', { kind: 'redirect', to: '/seg.ts' });
    origin.behave('/seg.ts', { kind: 'redirect', to: `${other.url}/seg.ts` });
    await read(open(), `${origin.url}/v/seg.ts`, 'grant=1');
    expect(sent(origin)).toEqual(['grant=1', 'grant=1']);
    expect(sent(other)).toEqual([undefined]);
  });
});
