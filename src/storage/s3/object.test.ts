import { expect, it } from 'vitest';
import { entityTag } from './object.ts';

it.each([
  ['"e1"', '"e1"'],
  ['e1', '"e1"'],
  ['W/"e1"', '"e1"'],
  ['', ''],
])('the ETag %s is compared and sent back as %s', (given, expected) => {
  expect(entityTag(given)).toBe(expected);
});
