import { describe, expect, it } from 'vitest';
import { Cookies } from './cookies.ts';

async function given(url: string, ...headers: readonly string[]): Promise<(url: string) => string | undefined> {
  const cookies = new Cookies();
  await cookies.receive(headers, new URL(url));
  return (to) => cookies.headerFor(to);
}

describe('a cookie', () => {
  it('goes to the host that set it, whatever its port', async () => {
    const cookieFor = await given('https://www.cdn.example/v/main.m3u8', 'a=1; Path=/');
    expect(cookieFor('https://www.cdn.example/x')).toBe('a=1');
    expect(cookieFor('https://www.cdn.example:8443/x')).toBe('a=1');
    for (const host of ['cdn.example', 'a.www.cdn.example', 'www.cdn.example.net', 'xwww.cdn.example'])
      expect(cookieFor(`https://${host}/x`)).toBeUndefined();
  });

  it('goes to the hosts of a domain that it names', async () => {
    const cookieFor = await given('https://www.cdn.example/v/main.m3u8', 'a=1; Path=/; Domain=.cdn.example');
    for (const host of ['cdn.example', 'www.cdn.example', 'media.cdn.example'])
      expect(cookieFor(`https://${host}/x`)).toBe('a=1');
    for (const host of ['xcdn.example', 'cdn.example.net']) expect(cookieFor(`https://${host}/x`)).toBeUndefined();
  });

  it.each([
    ['https://d1.cloudfront.net/a', 'cloudfront.net', 'https://d2.cloudfront.net/a'],
    ['https://a.co.uk/a', 'co.uk', 'https://b.co.uk/a'],
    ['https://bucket.s3.amazonaws.com/a', 's3.amazonaws.com', 'https://other.s3.amazonaws.com/a'],
    ['https://a.example.com/a', 'com', 'https://example.com/a'],
    ['https://a.example.com/a', 'b.example.com', 'https://b.example.com/a'],
  ])('that %s sets for %s is refused', async (from, domain, to) => {
    const cookieFor = await given(from, `a=1; Path=/; Domain=${domain}`);
    for (const url of [from, to]) expect(cookieFor(url)).toBeUndefined();
  });

  it('that is Secure never goes in plain text', async () => {
    const cookieFor = await given('https://cdn.example/a', 'a=1; Path=/; Secure');
    expect(cookieFor('https://cdn.example/a')).toBe('a=1');
    expect(cookieFor('http://cdn.example/a')).toBeUndefined();
  });

  it('goes to its path and what lies below', async () => {
    const cookieFor = await given('https://cdn.example/v/1/main.m3u8', 'own=1', 'up=2; Path=/v');
    expect(cookieFor('https://cdn.example/v/1/seg.ts')).toBe('own=1; up=2');
    expect(cookieFor('https://cdn.example/v/2/seg.ts')).toBe('up=2');
    expect(cookieFor('https://cdn.example/video/seg.ts')).toBeUndefined();
  });

  it('of one file goes with that one, whichever is asked for first', async () => {
    const files = ['1.ts', '2.ts', '1.ts?x', '2.ts'].map((name) => `https://cdn.example/v/${name}`);
    const cookieFor = await given('https://cdn.example/v/main.m3u8', 'a=1; Path=/v/1.ts', 'b=2; Path=/v');
    expect(files.map(cookieFor)).toEqual(['a=1; b=2', 'b=2', 'a=1; b=2', 'b=2']);
  });
});
