import { describe, expect, it } from 'vitest';
import { proxyFor } from './select.ts';

const proxies = { http: 'http://me:hush@proxy.example:3128/', https: 'https://secure.example/' };

describe('the proxy for a URL', () => {
  it('goes by its scheme, and is named without its credentials', () => {
    const of = (url: string) => proxyFor(new URL(url), { ...proxies, bypass: [] });
    expect(of('http://cdn.example/')).toEqual({
      url: 'http://me:hush@proxy.example:3128/',
      name: 'http://proxy.example:3128 (HTTP_PROXY)',
    });
    expect(of('https://cdn.example/')?.name).toBe('https://secure.example (HTTPS_PROXY)');
  });

  it('is none where only that of the other scheme is set', () => {
    expect(proxyFor(new URL('https://cdn.example/'), { http: proxies.http, bypass: [] })).toBeUndefined();
    expect(proxyFor(new URL('http://cdn.example/'), { https: proxies.https, bypass: [] })).toBeUndefined();
  });

  it.each([
    ['*', 'https://cdn.example/', true],
    ['cdn.example', 'https://cdn.example/', true],
    ['cdn.example', 'https://a.b.cdn.example/', true],
    ['CDN.Example', 'https://cdn.example./', true],
    ['.cdn.example', 'https://cdn.example/', true],
    ['.cdn.example', 'https://a.cdn.example/', true],
    ['*.cdn.example', 'https://a.cdn.example/', true],
    ['cdn.example', 'https://mycdn.example/', false],
    ['dn.example', 'https://cdn.example/', false],
    ['.', 'https://cdn.example/', false],
    ['cdn.example:443', 'https://cdn.example/', true],
    ['cdn.example:80', 'http://cdn.example/', true],
    ['cdn.example:8080', 'https://cdn.example/', false],
    ['cdn.example:8080', 'https://cdn.example:8080/', true],
    ['localhost', 'http://localhost:9000/', true],
    ['127.0.0.1', 'http://127.0.0.1:9000/', true],
    ['127.0.0.1', 'http://127.0.0.2/', false],
    ['127.0.0.1:9000', 'http://127.0.0.1:9000/', true],
    ['127.0.0.1:9001', 'http://127.0.0.1:9000/', false],
    ['0.0.1', 'http://127.0.0.1/', false],
    ['10.0.0.0/8', 'http://10.200.3.4/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['10.0.0.0/99', 'http://10.0.0.1/', false],
    ['::1', 'http://[::1]:9000/', true],
    ['[::1]', 'http://[::1]/', true],
    ['[::1]:9000', 'http://[::1]:9000/', true],
    ['[::1]:9001', 'http://[::1]:9000/', false],
    ['fd00::/8', 'http://[fd12:3456::1]/', true],
    ['fd00::/8', 'http://10.0.0.1/', false],
  ])('is none where NO_PROXY=%s covers %s: %s', (entry, url, isDirect) => {
    const proxy = proxyFor(new URL(url), { ...proxies, bypass: ['other.example', entry] });
    expect(proxy === undefined).toBe(isDirect);
  });
});
