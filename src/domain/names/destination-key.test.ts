import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyOf, reaches, relativeUri } from './destination-key.ts';
import { placeOf } from './tokens.ts';
import { defaultTokenParameters, withoutTokens } from './tokens.ts';
import type { KeyRules } from './destination-key.ts';

const web: KeyRules = { root: 'https://cdn.example', tokenParameters: defaultTokenParameters };
const folder: KeyRules = { root: 'file:///videos/', tokenParameters: defaultTokenParameters };
const key = (url: string, rules = web): string => keyOf(new URL(url), rules);
const unusable = expect.objectContaining({ code: 'key.unusable' });

describe('a key', () => {
  test('is the full path of the URL, so that cutting over is a change of host name', () => {
    expect(key('https://cdn.example/classes/7/seg-1.ts')).toBe('classes/7/seg-1.ts');
    expect(key('http://cdn.example:80/a.ts#t=5')).toBe('a.ts');
  });

  test('is decoded: stores are asked for it encoded', () => {
    expect(key('https://cdn.example/a%20b/%C3%A9t%C3%A9.ts')).toBe('a b/été.ts');
    expect(key('https://cdn.example/a b.ts')).toBe('a b.ts');
    expect(key('https://cdn.example/a%2Fb.ts')).toBe('a/b.ts');
    expect(key('https://cdn.example/100%25.ts')).toBe('100%.ts');
  });

  test('keeps a plus sign', () => {
    expect(key('https://cdn.example/a+b.ts')).toBe('a+b.ts');
    expect(key('https://cdn.example/a%2Bb.ts')).toBe('a+b.ts');
  });

  test("of another host stands below that host's name", () => {
    expect(key('https://ads.example/x/1.ts')).toBe('_hosts/ads.example/x/1.ts');
    expect(key('https://cdn.example:8443/1.ts')).toBe('_hosts/cdn.example~8443/1.ts');
    expect(key('s3://cdn.example/x/1.ts')).toBe('_hosts/s3~cdn.example/x/1.ts');
    expect(key('http://[::1]:8080/1.ts')).toBe('_hosts/[~~1]~8080/1.ts');
    expect(key('https://ads.example/1.ts', folder)).toBe('_hosts/ads.example/1.ts');
  });

  test('of a local or bucket source is the path below its root', () => {
    expect(key('file:///videos/7/seg%201.ts', folder)).toBe('7/seg 1.ts');
    expect(key('s3://bucket/7/seg.ts', { ...web, root: 's3://bucket' })).toBe('7/seg.ts');
  });

  test('cannot leave the folder of the library', () => {
    expect(() => key('file:///videos-of-others/1.ts', folder)).toThrow(unusable);
    expect(() => key('file:///videos/../etc/passwd', folder)).toThrow('outside the library');
    expect(() => key('file:///videos/1.ts')).toThrow(unusable);
  });

  test.each([
    ['https://cdn.example/', 'names a folder'],
    ['https://cdn.example/a/', 'names a folder'],
    ['https://cdn.example//', 'names a folder'],
    ['https://cdn.example/a//', 'names a folder'],
    ['https://cdn.example/a%2F..%2Fb.ts', 'dot segment'],
    ['https://cdn.example/a%2F.%2Fb.ts', 'dot segment'],
    ['https://cdn.example/.flants-probe', 'begins with .flants-'],
    ['https://cdn.example/.flants-tmp/a.ts', 'begins with .flants-'],
    ['https://cdn.example/a%00b.ts', 'control character'],
    ['https://cdn.example/a%0Ab.ts', 'control character'],
    ['https://cdn.example/%E9.ts', 'not percent-encoded UTF-8'],
    ['https://cdn.example/50%.ts', 'not percent-encoded UTF-8'],
    [`https://cdn.example/${'é'.repeat(511)}.ts`, 'longer than 1024 bytes'],
  ])('cannot be made of %s', (url, why) => {
    expect(() => key(url)).toThrow(unusable);
    expect(() => key(url)).toThrow(why);
  });

  test('as long as stores allow is fine', () => {
    expect(key(`https://cdn.example/${'a'.repeat(1024)}`)).toHaveLength(1024);
  });

  test('refused is named without its query, which may hold a token', () => {
    expect(() => key('s3://bucket/a/b%0A.ts?token=secret')).toThrow(/^the path of s3:\/\/bucket\/a\/b%0A\.ts has/);
  });
});

describe('an empty segment', () => {
  const kept: KeyRules = { ...web, keepsEmptySegments: true };

  test('stays where the store keeps it', () => {
    expect(key('https://cdn.example/a//b.ts', kept)).toBe('a//b.ts');
    expect(key('https://cdn.example//a.ts', kept)).toBe('/a.ts');
    expect(key('https://ads.example///a.ts', kept)).toBe('_hosts/ads.example///a.ts');
    expect(() => key('https://cdn.example/a//', kept)).toThrow('names a folder');
  });

  test('is named elsewhere, and the same in each run', () => {
    expect(key('https://cdn.example/a//b.ts')).toBe('a/_empty~b3dda5b674f9ce730a37dee0a33bb31e/b.ts');
    expect(key('https://cdn.example/a//b.ts?token=x')).toBe(key('https://cdn.example/a//b.ts'));
    expect(key('https://cdn.example//a.ts')).toMatch(/^_empty~[0-9a-f]{32}\/a\.ts$/);
  });

  test('never makes one key of two paths', () => {
    const segment = fc.constantFrom('', 'a', 'b');
    const paths = fc.array(segment, { maxLength: 6 }).map((segments) => [...segments, 'x.ts'].join('/'));
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        const keys = [one, other].map((path) => key(`https://cdn.example/${path}`));
        expect(keys[0] === keys[1]).toBe(one === other);
        for (const each of keys) expect(each.split('/')).not.toContain('');
      }),
      { numRuns: 500 },
    );
  });
});

describe('query parameters', () => {
  test('that choose the object are hashed into its name, before the extension', () => {
    expect(key('https://cdn.example/a.b/seg.ts?start=5')).toMatch(/^a\.b\/seg~[0-9a-f]{8}\.ts$/);
    expect(key('https://cdn.example/a.b/seg?start=5')).toMatch(/^a\.b\/seg~[0-9a-f]{8}$/);
    expect(key('https://cdn.example/a/.seg?start=5')).toMatch(/^a\/\.seg~[0-9a-f]{8}$/);
    expect(key('https://cdn.example/seg.ts?start=5')).not.toBe(key('https://cdn.example/seg.ts?start=6'));
  });

  test('that only grant access are no part of it', () => {
    expect(key('https://cdn.example/seg.ts?X-Amz-Signature=1&Expires=2&token=3')).toBe('seg.ts');
    expect(key('https://cdn.example/seg.ts?')).toBe('seg.ts');
  });

  test('make the same key with and without a token, however they are spelled', () => {
    for (const query of ['a=1', 'a=1%202&b=+', 'a=%7E', 'b&a', 'n=1&n=2']) {
      const plain = key(`https://cdn.example/seg.ts?${query}`);
      expect(key(`https://cdn.example/seg.ts?${query}&token=x`)).toBe(plain);
      expect(key(`https://cdn.example/seg.ts?Token=x&${query}`)).toBe(plain);
    }
  });

  test('that grant access are taken from a URL, with credentials and fragment; the others keep their spelling', () => {
    const plain = withoutTokens(new URL('https://me:secret@cdn.example/seg.ts?a=1%202&sig=x&c=%7e#here'), web);
    expect(plain.href).toBe('https://cdn.example/seg.ts?a=1%202&c=%7e');
    expect(withoutTokens(new URL('https://cdn.example/seg.ts?%74oken=x'), web).href).toBe('https://cdn.example/seg.ts');
  });

  test("are the library's own choice", () => {
    const rules: KeyRules = { ...web, tokenParameters: ['cdn-*', 'ticket'] };
    expect(key('https://cdn.example/seg.ts?CDN-key=1&ticket=2', rules)).toBe('seg.ts');
    expect(key('https://cdn.example/seg.ts?tickets=2', rules)).not.toBe('seg.ts');
    expect(key('https://cdn.example/seg.ts?token=2', rules)).not.toBe('seg.ts');
  });
});

describe('a relative URI', () => {
  test.each([
    ['7/master.m3u8', '7/720p/media.m3u8', '720p/media.m3u8'],
    ['7/720p/media.m3u8', '7/720p/seg.ts', 'seg.ts'],
    ['7/720p/media.m3u8', '7/audio/a.aac', '../audio/a.aac'],
    ['7/media.m3u8', '_hosts/ads.example/x.ts', '../_hosts/ads.example/x.ts'],
    ['media.m3u8', 'a b/c+d:e?.ts', 'a%20b/c%2Bd%3Ae%3F.ts'],
    ['a/a/media.m3u8', 'a', '../../a'],
    ['a/media.m3u8', 'a//b.ts', './/b.ts'],
    ['media.m3u8', '/b.ts', './/b.ts'],
    ['a//media.m3u8', 'a//b.ts', 'b.ts'],
    ['a//media.m3u8', 'a/b.ts', '../b.ts'],
    ['/media.m3u8', 'b.ts', '../b.ts'],
  ])('from %s to %s is %s', (from, to, uri) => {
    expect(relativeUri(from, to)).toBe(uri);
  });

  const name = fc.string({ unit: fc.constantFrom(...'ab./+:?#%& é~\\2eF'.split('')), minLength: 1, maxLength: 5 });
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((names) =>
      names
        .join('/')
        .split('/')
        .filter((part) => part !== '' && part !== '.' && part !== '..')
        .join('/'),
    )
    .filter((joined) => joined !== '');

  test('reaches its key from its playlist, whatever the names', () => {
    fc.assert(
      fc.property(path, path, (from, to) => reaches(relativeUri(from, to), from, to)),
      { numRuns: 1000 },
    );
  });

  test('reaches its key also over empty segments', () => {
    const segments = fc.array(fc.constantFrom('', '', 'a', 'b'), { maxLength: 4 });
    const odd = segments.map((folders) => [...folders, 'x'].join('/'));
    fc.assert(
      fc.property(odd, odd, odd, (from, to, other) => {
        expect(reaches(relativeUri(from, to), from, to)).toBe(true);
        expect(to === other || !reaches(relativeUri(from, to), from, other)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('reaches no other key', () => {
    fc.assert(
      fc.property(path, path, path, (from, to, other) => to === other || !reaches(relativeUri(from, to), from, other)),
      { numRuns: 1000 },
    );
  });

  test('with steps that lead nowhere reaches the same, and meant the same at the source', () => {
    const steps = fc.array(fc.constantFrom('', './', 'x/../', '%2e/'), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(path, path, steps, (from, to, noise) => {
        const uri = relativeUri(from, to)
          .split('/')
          .map((part, at) => `${noise[at % noise.length] ?? ''}${part}`)
          .join('/');
        expect(reaches(uri, from, to)).toBe(true);
        const playlist = new URL(from.split('/').map(encodeURIComponent).join('/'), 'https://cdn.example/');
        expect(key(new URL(uri, playlist).href)).toBe(to);
      }),
    );
  });
});

describe('a URI left as it is', () => {
  const segment = fc.constantFrom('.', '..', '...', '', 'a', 'b.ts', '.c', 'd~-_.');
  const uris = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

  test('that needs no parsing is judged as one that does', () => {
    fc.assert(
      fc.property(uris, uris, (uri, to) => {
        for (const target of [uri, `7/${uri}`, to, `7/${to}`]) {
          // A fragment is no part of a path.
          expect(reaches(uri, '7/media.m3u8', target)).toBe(reaches(`${uri}#`, '7/media.m3u8', target));
        }
      }),
    );
  });

  test.each(['seg.ts', './seg.ts', 'x/../seg.ts', '../7/seg.ts', 'seg.ts#t=5', 'se%67.ts'])(
    '%s reaches its key',
    (uri) => {
      expect(reaches(uri, '7/media.m3u8', '7/seg.ts')).toBe(true);
    },
  );

  test.each([
    ['/7/seg.ts', 'begins at the host, and the library may stand below a prefix'],
    ['//cdn.example/7/seg.ts', 'names a host'],
    ['https://cdn.example/7/seg.ts', 'names a host'],
    [' https://cdn.example/7/seg.ts', 'names a host behind a space'],
    ['seg.ts?start=5', 'has a query'],
    ['../../7/seg.ts', 'leaves the library'],
    ['', 'names nothing'],
    ['%E9.ts', 'is not UTF-8'],
  ])('%j does not: it %s', (uri) => {
    expect(reaches(uri, '7/media.m3u8', '7/seg.ts')).toBe(false);
  });

  test('with a literal plus does not, because S3 reads a space', () => {
    expect(reaches('a+b.ts', 'media.m3u8', 'a+b.ts')).toBe(false);
    expect(reaches('a%2Bb.ts', 'media.m3u8', 'a+b.ts')).toBe(true);
  });

  test('does not when it leaves the library and comes back by a name that the library may not have', () => {
    for (const name of ['library', 'a', 'b', 'destination']) {
      expect(reaches(`../${name}/seg.ts`, 'media.m3u8', 'seg.ts')).toBe(false);
      expect(reaches(`../../${name}/7/seg.ts`, '7/media.m3u8', '7/seg.ts')).toBe(false);
    }
  });
});

test('a place in a message has no user information, query, fragment or grant', () => {
  const grant = '/exp=1780000000~acl=%2Fa%2F*~hmac=0af1';
  expect(placeOf(new URL(`https://user:pass@cdn.example${grant}/a/seg.ts?token=secret#t`))).toBe(
    'https://cdn.example/a/seg.ts',
  );
});
