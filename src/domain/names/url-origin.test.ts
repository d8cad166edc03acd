import { expect, it } from 'vitest';
import { urlOrigin } from './url-origin.ts';

it.each([
  ['https://cdn.example:8443/a/b?c', 'https://cdn.example:8443'],
  ['https://cdn.example:443/a', 'https://cdn.example'],
  ['s3://old-media/a b', 's3://old-media'],
  ['file:///srv/a', 'file://'],
])('the origin of %s', (url, origin) => {
  expect(urlOrigin(new URL(url))).toBe(origin);
});
