import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { rateAt } from '../../domain/rate-timetable.ts';
import { shareOfRate } from '../../domain/share-rate.ts';
import { parseRequestRate, parseTimetable } from './rate-limits.ts';

const MiB = 1024 * 1024;
/** Monday, 23 November 2026, local time. */
const monday = (hours: number, minutes = 0): Date => new Date(2026, 10, 23, hours, minutes);
const sunday = (hours: number): Date => new Date(2026, 10, 22, hours);

function at(text: string, when: Date): number | undefined | 'unreadable' {
  const timetable = parseTimetable(text);
  return timetable ? rateAt(timetable, when) : 'unreadable';
}

describe('A timetable of rates', () => {
  test('may be one rate for always', () => {
    expect(at('10M', monday(3))).toBe(10 * MiB);
    expect(at('off', monday(3))).toBeUndefined();
  });

  test('holds from each time on, over midnight', () => {
    const daily = '08:00,10M 23:00,off';
    expect(at(daily, monday(7, 59))).toBeUndefined();
    expect(at(daily, monday(8))).toBe(10 * MiB);
    expect(at(daily, monday(22, 59))).toBe(10 * MiB);
    expect(at(daily, monday(23))).toBeUndefined();
    expect(at(daily, sunday(0))).toBeUndefined();
  });

  test('has days, and holds over the end of the week', () => {
    const weekly = 'Mon-08:00,512K friday-18:00,off Sat-10:00,2M';
    expect(at(weekly, monday(7))).toBe(2 * MiB);
    expect(at(weekly, monday(9))).toBe(MiB / 2);
    expect(at(weekly, new Date(2026, 10, 27, 19))).toBeUndefined();
    expect(at(weekly, sunday(12))).toBe(2 * MiB);
  });

  test.each([
    '',
    '25:00,1M',
    '08:60,1M',
    '08:00',
    '08:00,',
    '08:00,fast',
    'Mo-08:00,1M',
    '08:00,1M 9',
    '10M:1M',
    '1M 2M',
  ])('is none of %j', (text) => expect(parseTimetable(text)).toBeUndefined());
});

test('requests per second may be less than one', () => {
  expect(parseRequestRate('0.5')).toBe(0.5);
  expect(parseRequestRate('50')).toBe(50);
  for (const text of ['0', '-1', 'x', '1e3', '']) expect(parseRequestRate(text)).toBeUndefined();
});

describe('The part of a process', () => {
  const demand = (id: string, used: number, isWaiting: boolean) => ({ id, used, isWaiting });

  it('is all for one alone, and even while nobody waits', () => {
    expect(shareOfRate(100, [demand('a', 3, false)], 'a')).toBe(100);
    expect(shareOfRate(100, [demand('a', 3, false), demand('b', 90, false)], 'a')).toBe(50);
  });

  it('goes from who does not use it to who waits', () => {
    const all = [demand('a', 0, false), demand('b', 50, true)];
    expect(shareOfRate(100, all, 'a')).toBe(2.5);
    expect(shareOfRate(100, all, 'b')).toBe(97.5);
  });

  it('never adds up to more than the rate', () => {
    const demands = fc.array(fc.tuple(fc.double({ min: 0, max: 1000, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(demands, (each) => {
        const all = each.map(([used, isWaiting], index) => demand(String(index), used, isWaiting));
        const sum = all.reduce((total, { id }) => total + shareOfRate(100, all, id), 0);
        expect(sum).toBeLessThanOrEqual(100.0001);
        // While somebody waits, all of it is given out.
        if (all.some(({ isWaiting }) => isWaiting)) expect(sum).toBeGreaterThan(99.999);
      }),
    );
  });
});
