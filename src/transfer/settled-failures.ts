import type { Failure } from '../domain/failure.ts';
import { countOf, indicesOf } from '../domain/index-ranges.ts';
import type { FileFailure, Outcome } from '../domain/outcome.ts';
import type { Settlement } from '../domain/settle.ts';

/** Files of a batch that failed for good, and groups of files that are retried together. */
export interface SettledFailures {
  readonly final: readonly FileFailure[];
  readonly again: readonly { readonly files: number; readonly delayMs: number; readonly failure: Failure }[];
}

/** Collects the failures of a batch to report. Files without an outcome are retried without being reported. */
export function settledFailures(outcomes: readonly Outcome[], { failed, resend }: Settlement): SettledFailures {
  const failures = new Map<number, FileFailure>();
  for (const outcome of outcomes) if (outcome.kind === 'failed') failures.set(outcome.index, outcome.failure);
  return {
    final: failed.flatMap(({ index }) => failures.get(index) ?? []),
    again: resend.flatMap(({ files, delayMs }) => {
      const [first] = [...indicesOf(files)].flatMap((index) => failures.get(index) ?? []);
      return first ? [{ files: countOf(files), delayMs, failure: first.failure }] : [];
    }),
  };
}
