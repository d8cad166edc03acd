import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FetchUrls } from './fetch-urls.ts';

const home = 'https://cdn.example';

describe('full URLs', () => {
  test('are told of each file, and those of the plan where no other is known', () => {
    const urls = new FetchUrls([
      [1, `${home}/v/1.ts`, `${home}/v/1.ts?token=a`],
      [2, `${home}/v/2.ts`, `${home}/v/2.ts`],
      [3, undefined, `${home}/s~b/3.ts`],
    ]);
    expect(urls.size).toBe(2);
    const told = [0, 1, 2, 3].map((index) => urls.of(index, `${home}/v/${index}.ts`));
    expect(told).toEqual([`${home}/v/0.ts`, `${home}/v/1.ts?token=a`, `${home}/v/2.ts`, `${home}/s~b/3.ts`]);
  });

  test('are those that were given, wherever the tokens stand', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '/', '?', '&') });
    const url = fc.tuple(part, part, part, part);
    fc.assert(
      fc.property(fc.array(url), (parts) => {
        const all = parts.map(([a, b, c, d], index) => [index, a + c, a + b + c + d] as const);
        const urls = new FetchUrls(all);
        expect(all.map(([index, planned]) => urls.of(index, planned))).toEqual(all.map(([, , full]) => full));
      }),
    );
  });

  const hourOf = (full: (name: string, index: number) => string): FetchUrls =>
    new FetchUrls(Array.from({ length: 3600 }, (_, at) => [at, `${home}/v/${at}.ts`, full(`${at}.ts`, at)] as const));
  const token = 'x'.repeat(200);

  test.each([
    ['at the end', (name: string) => `${home}/v/${name}?token=${token}`],
    ['in the path', (name: string) => `${home}/${token}/v/${name}`],
  ])('take little memory where all files have the same token %s', (_, full) => {
    expect(hourOf(full).bytes).toBeLessThan(3600 * 10);
  });

  test('take what they need where each file has its own', () => {
    expect(hourOf((name, at) => `${home}/v/${name}?token=${at}${token}`).bytes).toBeGreaterThan(3600 * 200);
  });
});
