import { expect, it } from 'vitest';
import { entityTag, objectOfHeaders } from './object.ts';

it.each([
  ['"e1"', '"e1"'],
  ['e1', '"e1"'],
  ['W/"e1"', '"e1"'],
  ['', ''],
])('the ETag %s is compared and sent back as %s', (given, expected) => {
  expect(entityTag(given)).toBe(expected);
});

it('what an object is, and how it is stored, is read from headers', () => {
  const headers = {
    'content-length': '5',
    etag: '"e1"',
    'content-type': 'video/mp2t',
    'content-encoding': 'gzip',
    'cache-control': 'no-cache',
    'x-amz-meta-made-by': 'test',
  };
  expect(objectOfHeaders('a.ts', headers)).toEqual({
    key: 'a.ts',
    sizeBytes: 5,
    etag: '"e1"',
    contentType: 'video/mp2t',
    contentEncoding: 'gzip',
    cacheControl: 'no-cache',
    metadata: { 'made-by': 'test' },
  });
});
