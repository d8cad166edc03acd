import type { BatchMessage } from '../domain/batch.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Settlement } from '../domain/settle.ts';

/** The worker of those that no worker lived to tell of. */
const nobody = 'none';

/** Outcomes of files that failed for good without a word from their worker: they are kept as all others are. */
export function missingOutcomes(
  told: readonly Outcome[],
  { failed }: Pick<Settlement, 'failed'>,
  message: Pick<BatchMessage, 'files' | 'generation'>,
  now: () => number,
): readonly Outcome[] {
  const heard = new Set(told.map(({ index }) => index));
  const unheard = new Map(
    failed.filter(({ index }) => !heard.has(index)).map(({ index, failure }) => [index, failure]),
  );
  return failuresOf(message, (index) => unheard.get(index), now);
}

/** Outcomes of files that no worker was given, as all of them met the same failure before. */
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
      { index, kind: 'failed', failure: { key, url, failure, generation, tries: tries + 1, worker: nobody, at } },
    ];
  });
}
