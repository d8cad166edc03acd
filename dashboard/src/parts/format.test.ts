import { describe, expect, it } from 'vitest';
import { formatAbout, formatBytes, formatDuration, formatFiles, formatInstant, formatPercent } from './format.ts';

describe('figures', () => {
  it('are a hundred per cent only where nothing is missing', () => {
    expect([
      formatPercent(9_999_999, 10_000_000),
      formatPercent(1, 1),
      formatPercent(0, 0),
      formatPercent(1, 3),
    ]).toEqual(['99.9', '100', '0', '33.3']);
  });

  it('have bytes in three figures', () => {
    expect([0, 512, 1536, 1_048_575, 213 * 1024 ** 3].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '1.50 KiB',
      '1,024 KiB',
      '213 GiB',
    ]);
  });

  it('are rounded where they are guessed', () => {
    expect([12_400, 179_000, 7_740_000, 273_600_000].map(formatAbout)).toEqual([
      'about 10 s',
      'about 3 min',
      'about 2 h 10 min',
      'about 3 d',
    ]);
  });

  it('have two units of time', () => {
    expect([900, 61_000, 7_740_000, 360_000_000].map(formatDuration)).toEqual([
      '1 s',
      '1 min 01 s',
      '2 h 09 min',
      '4 d 04 h',
    ]);
  });

  it('have the date where it is not today', () => {
    const now = new Date(2026, 10, 29, 12).getTime();
    expect(formatInstant(new Date(2026, 10, 29, 8, 5).getTime(), now)).toBe('08:05');
    expect(formatInstant(new Date(2026, 10, 28, 8, 5).getTime(), now)).toBe('28 Nov 2026, 08:05');
  });

  it('count accepted files apart from failed ones', () => {
    expect(formatFiles({ total: 10, done: 7, failed: 3, accepted: 2 })).toBe('7 of 10 files, 1 failed, 2 accepted');
    expect(formatFiles({ total: 1, done: 1, failed: 0, accepted: 0 })).toBe('1 of 1 file');
  });
});
