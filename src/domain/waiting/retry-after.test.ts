import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-11-23T08:00:00Z');

test.each([
  ['0', 0],
  [' 30 ', 30_000],
  ['601', 600_000],
  ['Mon, 23 Nov 2026 08:01:00 GMT', 60_000],
  ['Mon, 23 Nov 2026 07:00:00 GMT', 0],
  ['Tue, 24 Nov 2026 08:00:00 GMT', 600_000],
  ['soon', undefined],
  ['', undefined],
])('%j is %s ms', (value, waitMs) => expect(parseRetryAfter(value, now)).toBe(waitMs));

test('the longest may be another', () => expect(parseRetryAfter('9000', now, 7_200_000)).toBe(7_200_000));
