import type { Gauges } from '../../src/monitor/monitor-ports.ts';

/** Of a library of which nothing runs. */
export const idleGauges: Gauges = {
  progress: { filesPerSecond: 0, bytesPerSecond: 0, uncrawled: 0 },
  services: [],
  queues: [],
  batches: [],
  cost: null,
  budget: null,
  scanFailed: null,
};
