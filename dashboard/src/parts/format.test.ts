import { describe, expect, it } from 'vitest';
import { formatFiles, formatInstant, formatPercent } from './format.ts';

describe('figures', () => {
  it('are a hundred per cent only where nothing is missing', () => {
    expect([
      formatPercent(9_999_999, 10_000_000),
      formatPercent(1, 1),
      formatPercent(0, 0),
      formatPercent(1, 3),
    ]).toEqual(['99.9', '100', '0', '33.3']);
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
