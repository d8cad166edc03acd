import { describe, expect, it } from 'vitest';
import { encodedPath, pathsBelow, pathsOf } from './viewer-path.ts';

describe('A path of an invalidation', () => {
  it.each([
    ['class/42/seg_0-1.ts', '/class/42/seg_0-1.ts'],
    ['ä b/ü.ts', '/%C3%A4%20b/%C3%BC.ts'],
    ['🎬.ts', '/%F0%9F%8E%AC.ts'],
    ['name~0a1b2c3d.ts', '/name%7E0a1b2c3d.ts'],
    ['100%/a?b#c*.ts', '/100%25/a%3Fb%23c%2A.ts'],
    [`a"<>{}|\\^[]\`b`, '/a%22%3C%3E%7B%7D%7C%5C%5E%5B%5D%60b'],
    ["a+b&c=d;e:f@g,h$i!j'k(l).ts", "/a+b&c=d;e:f@g,h$i!j'k(l).ts"],
  ])('of %s is %s', (key, path) => {
    expect(encodedPath(key)).toBe(path);
  });

  it.each(['/', ''])('is the key below the root, for the prefix "%s"', (prefix) => {
    expect(pathsBelow(prefix)('v/a.ts')).toBe('/v/a.ts');
  });

  it.each(['media/x y', '/media/x y', '/media/x y/'])('is the key below the prefix %s', (prefix) => {
    expect(pathsBelow(prefix)('v/a.ts')).toBe('/media/x%20y/v/a.ts');
    expect(pathsBelow(prefix)('v/')).toBe('/media/x%20y/v/');
  });
});

describe('A destination behind a distribution', () => {
  const at = (prefix: string, ...origins: readonly (readonly [string, string])[]) =>
    pathsOf(
      { bucket: 'media', prefix },
      origins.map(([domainName, path]) => ({ domainName, path })),
    );
  const domain = 'media.s3.eu-central-1.amazonaws.com';

  it('is asked for by its whole key where the origin has no path', () => {
    expect(at('vod', [domain, ''])?.('v/a.ts')).toBe('/vod/v/a.ts');
    expect(at('', [domain, ''])?.('v/a.ts')).toBe('/v/a.ts');
  });

  it('is asked for without what the origin puts before it', () => {
    expect(at('vod', [domain, '/vod'])?.('v/a.ts')).toBe('/v/a.ts');
    expect(at('a/vod', ['media.s3.amazonaws.com', '/a'])?.('v/a.ts')).toBe('/vod/v/a.ts');
  });

  it('is reached in part where the origin lies below it', () => {
    const paths = at('vod', [domain, '/vod/public']);
    expect(paths?.('public/a.ts')).toBe('/a.ts');
    expect(paths?.('private/a.ts')).toBeUndefined();
  });

  it('is reached by the origin that leads to all of it', () => {
    expect(at('vod', [domain, '/vod/v'], [domain, '/vod'])?.('w/a.ts')).toBe('/w/a.ts');
  });

  it('is not found behind other buckets, or other folders', () => {
    expect(at('vod', ['other.s3.amazonaws.com', ''])).toBeUndefined();
    expect(at('vod', ['media2.s3.amazonaws.com', ''])).toBeUndefined();
    expect(at('vod', [domain, '/other'])).toBeUndefined();
    expect(at('vod', [domain, '/vo'])).toBeUndefined();
    expect(at('vod')).toBeUndefined();
  });
});
