import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from './on-abort.ts';

describe('waiting for a signal', () => {
  it('calls each waiter once, and none that has left', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const leave = ['a', 'b', 'c'].map((name) => onAbort(controller.signal, () => called.push(name)));
    leave[1]?.();
    controller.abort();
    controller.abort();
    expect(called).toEqual(['a', 'c']);
  });

  it('lets a waiter that is called make another leave', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => {
      called.push('first');
      leaveSecond();
    });
    const leaveSecond = onAbort(controller.signal, () => called.push('second'));
    controller.abort();
    expect(called).toEqual(['first']);
  });

  it('has one listener on the signal for all waiters, and none once they have left', () => {
    const { signal } = new AbortController();
    const leave = [1, 2, 3].map(() => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const each of [...leave, ...leave]) each();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    onAbort(signal, () => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});
