import { expect, test } from 'vitest';
import { resolverOf } from './resolve.ts';

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const uris = [
  ...ascii.flatMap((one) => [`a${one}`, `a/${one}b.ts`, `a/b${one}?c`, `a?${one}`, `a?b=${one}c`, `../${one}/c.ts?d`]),
  'a', 'a/b.ts', 'a/'.repeat(200), '.', '..', './a', 'a/..', 'a/../b', 'a/.', 'a/./b', '...', 'a/...', '.a', '..?a', 'a/..?b', 'a/', 'a//b', 'a?', 'a??b', 'ä.ts',
]; // prettier-ignore

test.each([
  'https://cdn.example/v/index.m3u8?token=1',
  'https://user:pw@cdn.example/',
  's3://bucket/v/index.m3u8',
  's3://bucket',
  'file:///videos/v/index.m3u8',
])('URIs of %s lead where a URL parser says', (place) => {
  const base = new URL(place);
  const resolve = resolverOf(base);
  for (const uri of uris) {
    const resolved = resolve(uri);
    if (resolved.kind !== 'fetch') continue;
    const expected = new URL(resolved.repaired ? `./${uri}` : uri, base);
    expected.hash = '';
    expect(resolved.url, uri).toBe(expected.href);
  }
});
