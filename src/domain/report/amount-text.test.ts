import { expect, it } from 'vitest';
import {
  formatAbout,
  formatAboutCount,
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
} from './amount-text.ts';

it('groups counts by thousands', () => {
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([formatCounted(1, 'file'), formatCounted(0, 'file'), formatCounted(1200, 'file')]).toEqual([
    '1 file',
    '0 files',
    '1,200 files',
  ]);
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [12_345, '12.1 KiB'],
  [1_048_575, '1024 KiB'],
  [1_048_576, '1.00 MiB'],
  [228_698_416_578, '213 GiB'],
  [5 * 1024 ** 4, '5.00 TiB'],
])('%d bytes are %s', (sizeBytes, text) => {
  expect(formatBytes(sizeBytes)).toBe(text);
});

it.each([
  [-1, '0.0 s'],
  [449, '0.4 s'],
  [12_000, '12 s'],
  [59_600, '1 min 00 s'],
  [185_000, '3 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [7_740_000, '2 h 09 min'],
  [273_600_000, '3 d 04 h'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

it('is not more exact about a guess than it can be', () => {
  const guessed = [400, 12_400, 57_400, 58_000, 179_000, 3_540_000, 3_600_000, 7_740_000, 86_000_000, 273_600_000];
  expect(guessed.map(formatAbout)).toEqual([
    'about 5 s',
    'about 10 s',
    'about 55 s',
    'about 1 min',
    'about 3 min',
    'about 59 min',
    'about 1 h',
    'about 2 h 10 min',
    'about 23 h 50 min',
    'about 3 d',
  ]);
  const counts = [7, 999, 1_000, 28_412, 1_004_400];
  expect(counts.map(formatAboutCount)).toEqual([
    'about 7',
    'about 999',
    'about 1,000',
    'about 28,500',
    'about 1,010,000',
  ]);
});
