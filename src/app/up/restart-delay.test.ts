import { expect, it } from 'vitest';
import { restartDelayMs, defaultRestartDelays } from './restart-delay.ts';

it('doubles from half a second to half a minute', () => {
  let delayMs = 0;
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    delayMs = restartDelayMs(defaultRestartDelays, delayMs, 100);
    waits.push(delayMs);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

it('begins anew after a minute of life', () => {
  expect(restartDelayMs(defaultRestartDelays, 30_000, 60_000)).toBe(500);
  expect(restartDelayMs(defaultRestartDelays, 30_000, 59_999)).toBe(30_000);
});
