import { expect, it } from 'vitest';
import { minute, second } from '../domain/units.ts';
import { createRateHistory, maxSamples } from './rate-history.ts';

it('keeps an hour of samples in order, coarser with age, in bounded space', () => {
  const history = createRateHistory();
  const end = 180 * minute;
  for (let at = 0; at <= end; at += second) history.add([at, at, 0]);
  const times = history.samples().map(([at]) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBe(end);
  expect(end - (times[0] ?? 0)).toBeGreaterThan(58 * minute);
  expect(end - (times[0] ?? 0)).toBeLessThanOrEqual(60 * minute);
  expect(times.length).toBeLessThan(maxSamples);
  expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBe(second);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(30 * second);
});
