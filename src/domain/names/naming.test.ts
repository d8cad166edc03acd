import { expect, test } from 'vitest';
import { identityOf, keyOf } from './destination-key.ts';
import type { KeyRules } from './destination-key.ts';
import { namingOf } from './naming.ts';
import { sessionForms } from './session-forms.ts';
import { defaultTokenRules } from './tokens.ts';

const root = 'https://cdn.example';

const rules: Readonly<Record<string, KeyRules>> = {
  'the usual rules': { root, ...defaultTokenRules, queryHashDigits: 32 },
  'a store that keeps empty segments': { root, ...defaultTokenRules, keepsEmptySegments: true },
  'tokens that choose the object': { root, ...defaultTokenRules, keyParameters: ['token', ';jsessionid=[^/;]*'] },
  'no patterns': { root, tokenParameters: ['*'] },
  'patterns with references': { root, tokenParameters: ['x'], sessionPatterns: ['(?<n>a)\\k<n>', '(b)\\1'] },
  'a bucket': { root: 's3://bucket', ...defaultTokenRules },
  'a folder': { root: 'file:///videos/', ...defaultTokenRules },
};

const places = [root, 'http://cdn.example:8443', 'https://other.example', 'https://user:pw@cdn.example', 's3://bucket', 'file:///videos']; // prettier-ignore

const paths = [
  '/v/1.ts', '/1.ts', '/v/', '/', '/v//1.ts', '/aa/bb/1.ts', '/v/a+b=(c),d@e.ts', '/v/%C3%A4.ts', '/%C3%A4/1.ts', '/v/a%2Fb.ts', '/v/%FF.ts',
  '/%FF/1.ts', '/v/%00', '/v/%2e%2e%2f1.ts', '/.flants-x', '/.flants-x/1.ts', '/v/.hidden', '/v/...', `/v/${'x'.repeat(1030)}`, `/${'%C3%A4'.repeat(510)}/1.ts`,
  ...sessionForms.map(({ example }) => example.replaceAll(/[«»]/g, '')),
]; // prettier-ignore

const rests = ['', '?', '?TOKEN=1&sid=2', '?token=1&x=/a/b', '?&x=1&&y', '??x', '?token=1#t'];

const hrefs = places.flatMap((place) =>
  paths.flatMap((path) => rests.map((rest) => new URL(place + path + rest).href)),
);

/** What a function returns, or the message of what it throws. */
function endOf(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

test.each(Object.entries(rules))('names for many URLs are those of each one: %s', (_, each) => {
  const { identify, keyAt } = namingOf(each);
  const named = hrefs.map((href) => [identify(href), endOf(() => keyAt(href))]);
  const expected = hrefs
    .map((href) => new URL(href))
    .map((url) => [identityOf(url, each).href, endOf(() => keyOf(url, each))]);
  expect(named).toEqual(expected);
});
