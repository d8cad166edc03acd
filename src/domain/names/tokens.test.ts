import { describe, expect, it, test } from 'vitest';
import { keyOf } from './destination-key.ts';
import { sessionForms } from './session-forms.ts';
import { defaultTokenRules, mayHaveTokens, placeOf, textWithoutTokens, tokensOf, withoutTokens } from './tokens.ts';

const origin = 'https://cdn.example';
const plain = (path: string, rules = defaultTokenRules): string =>
  withoutTokens(new URL(`${origin}${path}`), rules).href.slice(origin.length);

describe('a part of a path that belongs to a session or a grant', () => {
  test.each(sessionForms)('is known: $name', ({ example, pattern }) => {
    const path = example.replaceAll(/[«»]/g, '');
    const [, part = ''] = /«(.*)»/.exec(example) ?? [];
    expect(plain(path)).toBe(example.replace(/«.*»/, ''));
    expect(tokensOf(new URL(origin + path), defaultTokenRules)).toEqual([{ name: pattern, text: part }]);
    expect(mayHaveTokens(origin + path, defaultTokenRules)).toBe(true);
  });

  test.each([
    ['/vod/v/media_w99_b800000_7.ts', '/vod/v/media_b800000_7.ts'],
    ['/vod/v/chunklist_w99.m3u8', '/vod/v/chunklist.m3u8'],
    ['/hdntl=exp=1780000000~acl=/*~data=hdntl~hmac=0af1/v/1.ts', '/v/1.ts'],
    ['/exp=1780000000~hmac=0af1/v/1.ts', '/v/1.ts'],
    ['/bcdn_token=a&expires=1&token_path=%2Fv%2F/v/1.ts', '/v/1.ts'],
    ['/a/exp=1~hmac=0a/b/;jsessionid=1/c.ts', '/a/b//c.ts'],
  ])('is taken out of %s', (path, expected) => expect(plain(path)).toBe(expected));

  test.each([
    '/media_1.ts', '/media-unit.ts', '/playlist_web.m3u8', '/chunklist_wide.m3u8', '/media_w1x.ts', '/exp=1/v.ts',
    '/hmac=0a/v.ts', '/a,1780000000/v.ts', '/202611290800/v.ts', '/v/202611290800/0123456789abcdef0123456789abcdef/1.ts',
  ])('is not %s', (path) => {
    expect(plain(path)).toBe(path);
    expect(mayHaveTokens(origin + path, defaultTokenRules)).toBe(false);
  }); // prettier-ignore

  test('is no part of a key', () => {
    const rules = { ...defaultTokenRules, root: origin };
    expect(keyOf(new URL(`${origin}/exp=1780000000~hmac=0af1/v/media_w99_1.ts?sid=4`), rules)).toBe('v/media_1.ts');
  });

  test('is what a person says it is: all that matches, or its first group', () => {
    const rules = { ...defaultTokenRules, sessionPatterns: ['-s[0-9]+', '^(/t-[^/]+)/'] };
    expect(plain('/t-abc/v-s12/1-s12.ts', rules)).toBe('/v/1.ts');
  });

  test('is not looked for in files of this machine', () => {
    const url = new URL('file:///videos/media_w1_2.ts');
    expect(withoutTokens(url, defaultTokenRules).href).toBe(url.href);
  });

  test('chooses the object where bytes have shown that, and its key has a digest of it', () => {
    const [{ pattern }] = sessionForms as [(typeof sessionForms)[number]];
    const rules = { ...defaultTokenRules, root: origin, keyParameters: [pattern], queryHashDigits: 8 };
    const keys = ['1', '2'].map((session) => keyOf(new URL(`${origin}/v/media_w${session}_0.ts`), rules));
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect(key).toMatch(/^v\/media_0~[0-9a-f]{8}\.ts$/);
  });

  test('is left out of what a message names', () => {
    const rules = { ...defaultTokenRules, sessionPatterns: ['^(/t-[^/]+)/'] };
    expect(textWithoutTokens('http://a:1/t-x/1.ts and https://b/t-y/2.ts: status 404 (t-z/)', rules)).toBe(
      'http://a:1/1.ts and https://b/2.ts: status 404 (t-z/)',
    );
  });
});

describe('a parameter', () => {
  it.each(['token=a', 'TOKEN=a', '%74oken=a', 'token', 'token=', 'token=a=b'])('%s is a token', (pair) => {
    const url = new URL(`https://cdn.example/a.ts?x=1&${pair}&y`);
    expect(withoutTokens(url, defaultTokenRules).search).toBe('?x=1&y');
  });

  it.each(['tokens=a', 'a+token=a', 'to%2Bken=a', 'a[token]=b', '=token'])('%s is none', (pair) => {
    const url = new URL(`https://cdn.example/a.ts?${pair}`);
    expect(withoutTokens(url, defaultTokenRules).search).toBe(`?${pair}`);
  });
});

describe('a URL in a message', () => {
  it.each([
    ['https://user:pass@cdn.example:8443/a/seg.ts?token=secret#t', 'https://cdn.example:8443/a/seg.ts'],
    [
      'https://cdn.example/exp=1780000000~acl=%2Fclass%2F*~hmac=0123456789abcdef/class/a.ts',
      'https://cdn.example/class/a.ts',
    ],
    ['https://cdn.example/(S(lit3py55t21z5v55vlm25s55))/class/index.m3u8', 'https://cdn.example/class/index.m3u8'],
    ['file:///media/a.ts', 'file:///media/a.ts'],
  ])('%s grants nothing', (url, shown) => expect(placeOf(new URL(url))).toBe(shown));
});
