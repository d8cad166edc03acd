import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../input/environment.ts';
import { mergeOptions } from '../input/merge.ts';
import { noProxies, parseProxy, proxySettings } from './proxies.ts';
import type { ProxySettings } from './proxies.ts';

describe('the address of a proxy', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128/'],
    ['proxy.example:3128', 'http://proxy.example:3128/'],
    ['me:hush@proxy.example', 'http://me:hush@proxy.example/'],
    ['http://me:100%25@proxy.example', 'http://me:100%25@proxy.example/'],
    ['http://me:100%@proxy.example', 'http://me:100%25@proxy.example/'],
    ['https://proxy.example/', 'https://proxy.example/'],
    ['10.0.0.1:8080', 'http://10.0.0.1:8080/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
  ])('%s is %s', (text, expected) => expect(parseProxy(text)).toBe(expected));

  it.each(['socks5://proxy.example', 'http://', 'proxy.example/path', 'http://proxy.example?x', 'a b'])(
    '%s is none',
    (text) => expect(parseProxy(text)).toBeUndefined(),
  );
});

describe('proxies in the environment', () => {
  const settings = (variables: Readonly<Record<string, string>>): ProxySettings =>
    proxySettings(mergeOptions('copy', { environment: readEnvironment(variables), flags: {} }));

  it('are set as for other tools, in capitals or not', () => {
    const capitals = {
      HTTP_PROXY: 'a.example:1',
      HTTPS_PROXY: 'b.example:2',
      NO_PROXY: 'localhost, .corp  10.0.0.0/8',
    };
    expect(settings(capitals)).toEqual({
      http: 'http://a.example:1/',
      https: 'http://b.example:2/',
      bypass: ['localhost', '.corp', '10.0.0.0/8'],
    });
    expect(settings({ ...capitals, http_proxy: 'c.example:3', no_proxy: '*' })).toMatchObject({
      http: 'http://c.example:3/',
      bypass: ['*'],
    });
  });

  it('of FLAnts go first, and an empty variable is none', () => {
    const variables = { FLANTS_HTTPS_PROXY: 'own.example:1', https_proxy: 'all.example:2', HTTP_PROXY: '' };
    expect(settings(variables)).toEqual({ https: 'http://own.example:1/', bypass: [] });
    expect(settings({ HTTP_PROXY: '', NO_PROXY: 'localhost' })).toBe(noProxies);
  });

  it('that are no proxies are refused by name, without being shown', () => {
    expect(() => settings({ https_proxy: 'socks5://me:hush@proxy.example' })).toThrow(
      'https_proxy is not usable: expected http://[user:password@]host[:port], or https://…',
    );
  });
});
