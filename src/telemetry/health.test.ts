import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHealth } from './health.ts';

describe('health', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is not ready before each part said that it is well', () => {
    const health = createHealth(['redis', 'journal'], () => 0);
    expect(health.readiness()).toEqual({
      ready: false,
      reasons: { redis: 'not tried yet', journal: 'not tried yet' },
    });
    health.set('redis', true);
    expect(health.readiness()).toEqual({ ready: false, reasons: { journal: 'not tried yet' } });
    health.set('journal', true);
    expect(health.readiness()).toEqual({ ready: true, reasons: {} });
    health.stop();
  });

  it('tells why a part is not well, until it is again', () => {
    const health = createHealth([], () => 0);
    health.set('destination', false, 'access denied');
    expect(health.readiness()).toEqual({ ready: false, reasons: { destination: 'access denied' } });
    health.set('destination', true);
    expect(health.readiness().ready).toBe(true);
    health.stop();
  });

  it('is alive as long as the event loop comes round', () => {
    vi.useFakeTimers();
    let clock = 0;
    const health = createHealth([], () => clock);
    for (let seconds = 1; seconds <= 120; seconds++) {
      clock += 1_000;
      vi.advanceTimersByTime(1_000);
    }
    expect(health.alive()).toBe(true);
    clock += 60_000;
    expect(health.alive()).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(health.alive()).toBe(true);
    health.stop();
  });
});
