import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline } from './deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a deadline', () => {
  it('passes once, as long after it was set last as was said', () => {
    const passed = vi.fn<() => void>();
    const deadline = new Deadline(passed);
    deadline.set(100);
    vi.advanceTimersByTime(90);
    deadline.set(100);
    vi.advanceTimersByTime(99);
    expect(passed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(passed).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(1_000);
    expect(passed).toHaveBeenCalledOnce();
  });

  it('may be drawn nearer, and set again after it has passed', () => {
    const passed = vi.fn<() => void>();
    const deadline = new Deadline(passed);
    deadline.set(1_000);
    deadline.set(10);
    vi.advanceTimersByTime(11);
    expect(passed).toHaveBeenCalledOnce();
    deadline.set(10);
    vi.advanceTimersByTime(11);
    expect(passed).toHaveBeenCalledTimes(2);
  });

  it('does not pass when it is cleared, closed, or infinitely far', () => {
    const passed = vi.fn<() => void>();
    const deadline = new Deadline(passed);
    deadline.set(10);
    deadline.clear();
    vi.advanceTimersByTime(100);
    deadline.set(Infinity);
    vi.advanceTimersByTime(100);
    deadline.set(10);
    deadline.close();
    vi.advanceTimersByTime(100);
    expect(passed).not.toHaveBeenCalled();
  });

  it('starts no timer when it is only put off', () => {
    const deadline = new Deadline(() => undefined);
    deadline.set(100);
    const start = vi.spyOn(globalThis, 'setTimeout');
    for (let at = 0; at < 50; at += 1) deadline.set(100);
    expect(start).not.toHaveBeenCalled();
    start.mockRestore();
  });
});
