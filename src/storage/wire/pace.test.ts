import { describe, expect, it } from 'vitest';
import { KiB, minute, second } from '../../domain/units.ts';
import { Pace, slowestOfText } from './pace.ts';

describe('the pace of a body', () => {
  it('is too slow when a minute brings less than a kibibyte each second', () => {
    const pace = new Pace();
    for (let at = 0; at < 60; at++) expect(pace.keepsUp(KiB - 1, at * second)).toBe(true);
    expect(pace.keepsUp(1, minute)).toBe(false);
  });

  it('begins with its first bytes', () => {
    const pace = new Pace();
    expect(pace.keepsUp(1, 10 * minute)).toBe(true);
    expect(pace.keepsUp(1, 11 * minute - 1)).toBe(true);
    expect(pace.keepsUp(1, 11 * minute)).toBe(false);
  });

  it('of a text that drips is too slow after seconds, and as slow as a bad connection it is not', () => {
    const [drip, slow] = [new Pace(slowestOfText), new Pace(slowestOfText)];
    for (let at = 0; at < 10; at++) {
      expect(drip.keepsUp(1, at * second)).toBe(true);
      expect(slow.keepsUp(512, at * second)).toBe(true);
    }
    expect(drip.keepsUp(1, 10 * second)).toBe(false);
    expect(slow.keepsUp(512, 10 * second)).toBe(true);
  });

  it('may rest for a while when the minute brings enough', () => {
    const pace = new Pace();
    expect(pace.keepsUp(60 * KiB, 0)).toBe(true);
    expect(pace.keepsUp(1, minute)).toBe(true);
    expect(pace.keepsUp(1, 2 * minute), 'each minute for itself').toBe(false);
  });

  it('does not count the time that its reader holds it back', () => {
    const pace = new Pace();
    pace.keepsUp(1, 0);
    pace.pause(2 * second);
    pace.pause(30 * second);
    pace.resume(10 * minute);
    pace.resume(11 * minute);
    expect(pace.keepsUp(1, 10 * minute + 57 * second)).toBe(true);
    expect(pace.keepsUp(1, 10 * minute + 58 * second)).toBe(false);
  });
});
