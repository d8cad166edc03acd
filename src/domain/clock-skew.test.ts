import { expect, it } from 'vitest';
import { judgeClock } from './clock-skew.ts';
import { minute, second } from './units.ts';

it.each([
  [0, 'ok'],
  [-29 * second, 'ok'],
  [30 * second, 'warning'],
  [-14 * minute, 'warning'],
  [15 * minute, 'fault'],
  [-60 * minute, 'fault'],
] as const)('a clock that is %i ms off is %s', (differenceMs, level) => {
  expect(judgeClock(differenceMs, 'store').level).toBe(level);
});

it('says which of the two is ahead, and the line that mends it', () => {
  expect(judgeClock(20 * minute, 'store')).toMatchObject({
    message: expect.stringContaining('20 min ahead of'),
    mend: expect.stringContaining('timedatectl'),
  });
  expect(judgeClock(-45 * second, 'store').message).toContain('45 s behind');
});
