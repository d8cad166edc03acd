import { describe, expect, it } from 'vitest';
import { indexScopes, requestHeaders, scopeHeaders } from './headers.ts';
import type { FetchOptions } from '../source.ts';

const media: FetchOptions = { kind: 'media', signal: new AbortController().signal };

function sentTo(
  url: string,
  sources: readonly string[],
  headers: Record<string, string> = {},
  options = media,
): Record<string, string> {
  const flat = requestHeaders(new URL(url), options, indexScopes(scopeHeaders(sources, headers)));
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
}

describe('scoped headers', () => {
  const sources = [
    'https://cdn.example/a.m3u8',
    'http://plain.example:8080/b.m3u8',
    'https://user:pass@own.example/',
    '/videos/c.m3u8',
  ];
  const headers = { Authorization: 'Bearer t', 'X-Key': 'k' };

  it.each([
    ['https://cdn.example/x/seg.ts', 'Bearer t'],
    ['https://cdn.example:8443/seg.ts', undefined],
    ['http://cdn.example/seg.ts', undefined],
    ['https://sub.cdn.example/seg.ts', undefined],
    ['http://plain.example:8080/seg.ts', 'Bearer t'],
    ['https://plain.example:8080/seg.ts', 'Bearer t'],
    ['https://own.example/seg.ts', `Basic ${btoa('user:pass')}`],
  ])('%s sees authorization %s', (url, authorization) => {
    expect(sentTo(url, sources, headers).authorization).toBe(authorization);
  });

  it('go to https where they are for http on the default port, with the headers of https itself first', () => {
    expect(sentTo('https://a.example/', ['http://a.example'], headers)['x-key']).toBe('k');
    expect(sentTo('https://a.example/', ['http://x:y@a.example', 'https://a.example'], headers).authorization).toBe(
      'Bearer t',
    );
  });

  it('may name the user agent, which else is ours', () => {
    expect(sentTo('https://cdn.example/', sources, { 'User-Agent': 'mine' })['user-agent']).toBe('mine');
    expect(sentTo('https://cdn.example/', sources)['user-agent']).toBe('flants');
    expect(sentTo('https://elsewhere.example/', sources, { 'User-Agent': 'mine' })['user-agent']).toBe('flants');
  });

  it.each(['Host', 'range', 'Accept-Encoding', 'If-None-Match', 'Connection'])('may not set %s', (name) => {
    expect(() => scopeHeaders(sources, { [name]: 'x' })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it.each([
    ['bad name', 'x'],
    ['', 'x'],
    ['X-Evil', 'a\r\nHost: b'],
  ])('refuse %j: %j, without repeating the value', (name, value) => {
    expect(() => scopeHeaders(sources, { [name]: value })).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.not.stringContaining('Host: b') }),
    );
  });
});

describe('a request', () => {
  it('asks for text in the codings that can be undone', () => {
    expect(sentTo('https://a.example/', [], {}, { ...media, kind: 'text' })['accept-encoding']).toBe(
      'gzip, deflate, br, zstd',
    );
  });

  it('has no conditions without validators', () => {
    expect(Object.keys(sentTo('https://a.example/', [], {}, { ...media, unless: {} }))).toEqual([
      'accept-encoding',
      'user-agent',
    ]);
  });

  it('takes a percent sign in user information as it is', () => {
    expect(sentTo('https://u:100%@a.example/', []).authorization).toBe(`Basic ${btoa('u:100%')}`);
  });
});
