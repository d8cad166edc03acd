import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failureWith } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import { createHealth } from '../../telemetry/health.ts';
import { createProcessMetrics } from '../../telemetry/metrics.ts';
import { createServiceLogger } from '../../telemetry/service-logger.ts';
import { engineHooksOf } from './engine-hooks.ts';

const full = failureWith('store.full', 'the disk is full');

describe('a role that cannot continue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const start = () => {
    const { signal } = new AbortController();
    const log = createServiceLogger({ level: 'error', format: 'json', role: 'aggregator', secrets: [], now: Date.now, write: () => {} }); // prettier-ignore
    const metrics = createProcessMetrics('aggregator');
    const health = createHealth([], () => performance.now());
    const alert = async (): Promise<void> => {};
    const callbacks = { onTrouble: () => {}, onWork: () => {}, alert };
    const service = { drain: signal, signal, log, metrics: metrics.of('aggregator'), ...callbacks };
    const hooks = engineHooksOf('aggregator', service, health);
    const halted = async (): Promise<unknown> =>
      /flants_halted\{role="aggregator"\} (\d)/.exec(await metrics.text())?.[1];
    return { hooks, health, halted };
  };

  it('is ready again once it has published a video', async () => {
    const { hooks, health, halted } = start();
    hooks.onVideoStep?.('publish', 'a', 'halted');
    hooks.onHalt(full);
    expect(health.readiness()).toEqual({ ready: false, reasons: { 'work of the aggregator': 'the disk is full' } });
    expect(await halted()).toBe('1');
    hooks.onVideoStep?.('publish', 'a', 'published');
    expect(health.readiness().ready).toBe(true);
    expect(await halted()).toBe('0');
  });

  it('is ready again when nothing has failed for a while, since others may have done its work', () => {
    const { hooks, health } = start();
    for (let times = 0; times < 3; times++) {
      hooks.onHalt(full);
      vi.advanceTimersByTime(4 * minute);
      expect(health.readiness().ready).toBe(false);
    }
    vi.advanceTimersByTime(minute + second);
    expect(health.readiness().ready).toBe(true);
  });
});
