import type { BatchEnd, BatchJob } from '../../src/domain/batch.ts';
import { failureWith } from '../../src/domain/failure.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { settle } from '../../src/domain/settle.ts';
import type { Settlement } from '../../src/domain/settle.ts';

/** Chance that makes the longest of each delay. */
export const alwaysMost = (): number => 0.999_999;

/** A batch of so many files. */
export function batchOf(size: number, more: Partial<BatchJob> = {}): BatchJob {
  return {
    format: 1,
    id: 'b',
    video: 'v',
    generation: 'g',
    revision: 'r',
    files: [[0, size]],
    tries: {},
    waits: 0,
    fresh: false,
    ...more,
  };
}

/** The outcome of a file that was copied. */
export function copied(index: number): Outcome {
  const known = { key: `${index}`, url: '', sizeBytes: 1, crc32: '', source: {}, proof: 'written' } as const;
  return {
    index,
    kind: 'copied',
    evidence: { ...known, generation: 'g', tries: 1, durationMs: 1, worker: 'w', at: '' },
  };
}

/** The outcome of a file that failed. */
export function failed(index: number, failure: Failure | Failure['code']): Outcome {
  const value = typeof failure === 'string' ? failureWith(failure, failure) : failure;
  return {
    index,
    kind: 'failed',
    failure: { key: `${index}`, url: '', failure: value, generation: 'g', tries: 1, worker: 'w', at: '' },
  };
}

/** Settles a batch with the longest delays. */
export const settled = (batch: BatchJob, outcomes: readonly Outcome[], end: BatchEnd = 'finished'): Settlement =>
  settle(batch, outcomes, end, alwaysMost);

/** What becomes of file 0 when file 1 of the same batch was copied. */
export const fateOfFirst = (failure: Failure | Failure['code'], more: Partial<BatchJob> = {}): Settlement =>
  settled(batchOf(2, more), [failed(0, failure), copied(1)]);
