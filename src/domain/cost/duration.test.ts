import { describe, expect, it } from 'vitest';
import { timeOfFunctions, timeOfMachine } from './duration.ts';
import type { MachineTerms } from './duration.ts';
import { KiB } from '../units.ts';

const library = { objects: 16_000_000, sizeBytes: 4 * 2 ** 40, puts: 16_000_000, batches: 160_000 };
const machine: MachineTerms = { cores: 2, connections: 256, isS3: true };
const functions = { functions: 100, secondsPerBatch: 2, because: 'assumed' };

describe('the time of this machine', () => {
  it('is that of the benchmark where nothing was measured', () => {
    const { bounds, binds } = timeOfMachine(
      { objects: 100_000, sizeBytes: 100_000 * 16 * KiB, puts: 0, batches: 0 },
      machine,
    );
    expect(binds).toBe('copying');
    // 0.47 ms of CPU for a file of 16 KiB, on two cores.
    expect(bounds[0]?.seconds).toBeCloseTo(23.7, 1);
    expect(bounds[0]?.because).toContain('npm run bench');
  });

  it('is what was measured, for as many files of that size, and more for larger ones', () => {
    const runs = { files: 1_000, sizeBytes: 1_000 * 256 * KiB, durationMs: 10_000 };
    const time = (sizeBytes: number) =>
      timeOfMachine({ objects: 5_000, sizeBytes, puts: 0, batches: 0 }, { ...machine, runs });
    expect(time(5_000 * 256 * KiB).seconds).toBeCloseTo(50);
    expect(time(5_000 * 1024 * KiB).seconds).toBeGreaterThan(100);
    expect(time(0).bounds[0]?.because).toContain('1000 files');
  });

  it('is bound by whatever is slowest', () => {
    expect(timeOfMachine(library, machine).binds).toBe('copying');
    expect(timeOfMachine(library, { ...machine, cores: 64 }).binds).toBe('put-rate');
    expect(timeOfMachine(library, { ...machine, latencyMs: 300 })).toMatchObject({ binds: 'latency', seconds: 18_750 });
    const limited = timeOfMachine(library, { ...machine, bytesPerSecond: 2 ** 20 });
    expect(limited).toMatchObject({ binds: 'bandwidth', seconds: 4 * 2 ** 20 });
  });
});

describe('the time of functions', () => {
  it('is that of S3, where a hundred of them would write faster than it takes a prefix', () => {
    const { bounds, binds, seconds } = timeOfFunctions(library, functions);
    expect(binds).toBe('put-rate');
    expect(seconds).toBeCloseTo(16_000_000 / 3_500);
    expect(bounds.find(({ what }) => what === 'functions')?.seconds).toBe(3_200);
  });

  it('is their own where they are few, and that of the connections that the origin allows', () => {
    expect(timeOfFunctions(library, { ...functions, functions: 10 })).toMatchObject({
      binds: 'functions',
      seconds: 32_000,
    });
    // Each file takes 0.64 s of a connection.
    const capped = timeOfFunctions(library, { ...functions, maxConnections: 200 });
    expect(capped).toMatchObject({ binds: 'connections', seconds: 51_200 });
  });

  it('grows by a thousand functions in ten seconds', () => {
    const ramp = (batches: number, most: number): number | undefined =>
      timeOfFunctions({ ...library, puts: 0, batches }, { ...functions, functions: most }).bounds.find(
        ({ what }) => what === 'ramp',
      )?.seconds;
    // In the first ten seconds a thousand functions become two thousand: 15,000 function-seconds, and 2,000 each second then.
    expect(ramp(7_500, 2_000)).toBeCloseTo(10);
    expect(ramp(8_500, 2_000)).toBeCloseTo(11);
    expect(ramp(2_750, 5_000)).toBeCloseTo((Math.sqrt(1_000 ** 2 + 200 * 5_500) - 1_000) / 100);
    expect(ramp(7_500, 1_000)).toBeUndefined();
  });
});
