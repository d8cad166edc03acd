import { test } from 'vitest';
import { runModel } from './run.ts';

/** About a millisecond each. A failure names its seed; `runModel(seed, 150)` repeats it exactly. */
const seeds = 2000;

test('whatever goes wrong, every library comes to rest with all that can be copied, and never shows what is not there', () => {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      runModel(seed, 150);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}, 120_000);
