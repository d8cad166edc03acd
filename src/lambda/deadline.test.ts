import { describe, expect, it } from 'vitest';
import { deadlineIn, hadItsTime } from './deadline.ts';

describe('the time of an invocation', () => {
  it('ends for new files first, then for those in flight, and leaves some for the answer', () => {
    expect(deadlineIn(900_000)).toEqual({ drainMs: 870_000, abortMs: 895_000 });
    expect(deadlineIn(10_000)).toEqual({ drainMs: 7_500, abortMs: 9_000 });
    expect(deadlineIn(-1)).toEqual({ drainMs: 0, abortMs: 0 });
  });

  it('is charged to a file that had most of it', () => {
    expect(hadItsTime(600, 1_000)).toBe(true);
    expect(hadItsTime(300, 1_000)).toBe(false);
  });
});
