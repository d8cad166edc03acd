import { expect, it } from 'vitest';
import { invalidationReference, mostTakenInVain, splitPaths } from './invalidation.ts';
import { defaultPrices } from './cost/prices.ts';

it.each([
  ['few paths are spelled out', 9, undefined],
  ['many are a wildcard if it takes nothing else', 10, 1],
  ['a wildcard takes a tenth in vain, and no more', 1_000, 100],
])('%s', (_, paths, most) => {
  expect(mostTakenInVain(paths, defaultPrices)).toBe(most);
});

it('no wildcard is worth it where paths cost nothing, or what it takes in vain costs more', () => {
  expect(mostTakenInVain(100, { ...defaultPrices, invalidationPath: 0 })).toBeUndefined();
  expect(mostTakenInVain(100, { ...defaultPrices, thousandGets: 1_000 })).toBe(0);
});

it('paths go in requests within the limits, those with a wildcard by themselves', () => {
  const paths = ['/a', '/b', '/c', '/d/*', '/e/*', '/f/*'];
  expect(splitPaths(paths, { maxPaths: 2, maxWildcards: 2 })).toEqual([
    ['/d/*', '/e/*'],
    ['/f/*'],
    ['/a', '/b'],
    ['/c'],
  ]);
  expect(splitPaths([], { maxPaths: 2, maxWildcards: 2 })).toEqual([]);
});

it('the same request has the same name, and any other another', () => {
  const what = { video: 'v', since: '2026-11-30T00:00:00Z' };
  const name = invalidationReference('a CDN', what, ['/a']);
  expect(name).toMatch(/^flants-[0-9a-f]{40}$/);
  expect(invalidationReference('a CDN', { ...what }, ['/a'])).toBe(name);
  const others = [
    invalidationReference('another', what, ['/a']),
    invalidationReference('a CDN', { ...what, video: 'w' }, ['/a']),
    invalidationReference('a CDN', { ...what, since: '2026-12-01T00:00:00Z' }, ['/a']),
    invalidationReference('a CDN', what, ['/a', '/b']),
  ];
  expect(new Set([name, ...others]).size).toBe(5);
});
