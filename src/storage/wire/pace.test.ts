import { describe, expect, it } from 'vitest';
import { KiB, minute, second } from '../../domain/units.ts';
import { Pace } from './pace.ts';

describe('the pace of a body', () => {
  it('is too slow when a minute brings less than a kibibyte each second', () => {
    const pace = new Pace(0);
    for (let at = 1; at < 60; at++) expect(pace.keepsUp(KiB - 1, at * second)).toBe(true);
    expect(pace.keepsUp(KiB - 1, minute)).toBe(false);
  });

  it('may rest for a while when the minute brings enough', () => {
    const pace = new Pace(0);
    expect(pace.keepsUp(60 * KiB, second)).toBe(true);
    expect(pace.keepsUp(1, minute)).toBe(true);
    expect(pace.keepsUp(1, 2 * minute), 'each minute for itself').toBe(false);
  });

  it('does not count the time that its reader holds it back', () => {
    const pace = new Pace(0);
    pace.keepsUp(1, second);
    pace.pause(2 * second);
    pace.pause(30 * second);
    pace.resume(10 * minute);
    pace.resume(11 * minute);
    expect(pace.keepsUp(1, 10 * minute + 57 * second)).toBe(true);
    expect(pace.keepsUp(1, 10 * minute + 58 * second)).toBe(false);
  });
});
