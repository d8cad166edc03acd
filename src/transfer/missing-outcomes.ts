import type { BatchMessage } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Settlement } from '../domain/settle.ts';

/** The worker named in outcomes that no worker reported. */
const noWorker = 'none';

/**
 * Creates the outcomes of files that failed for good although their worker reported nothing about them, so that they
 * are recorded like all others.
 */
export function missingOutcomes(
  reported: readonly Outcome[],
  { failed }: Pick<Settlement, 'failed'>,
  message: Pick<BatchMessage, 'files' | 'generation'>,
  now: () => number,
): readonly Outcome[] {
  if (failed.length === 0) return [];
  const reportedIndices = new Set(reported.map(({ index }) => index));
  const unreported = new Map(
    failed.filter(({ index }) => !reportedIndices.has(index)).map(({ index, failure }) => [index, failure]),
  );
  return failuresOf(message, (index) => unreported.get(index), now);
}

/** Creates outcomes with the same failure for all files of a batch that was not given to a worker. */
export function commonFailures(
  message: Pick<BatchMessage, 'files' | 'generation'>,
  failure: Failure,
  now: () => number,
): readonly Outcome[] {
  return failuresOf(message, () => failure, now);
}

function failuresOf(
  { files, generation }: Pick<BatchMessage, 'files' | 'generation'>,
  failureOf: (index: number) => Failure | undefined,
  now: () => number,
): readonly Outcome[] {
  const at = new Date(now()).toISOString();
  return files.flatMap(({ index, key, url, tries }): Outcome[] => {
    const failure = failureOf(index);
    if (!failure) return [];
    return [
      { index, kind: 'failed', failure: { key, url, failure, generation, tries: tries + 1, worker: noWorker, at } },
    ];
  });
}
