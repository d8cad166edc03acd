import type { BatchMessage } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Settlement } from '../domain/settle.ts';

/** The worker of those that no worker lived to tell of. */
const nobody = 'none';

/** Outcomes of files that failed for good without a word from their worker: they are kept as all others are. */
export function untoldFailures(
  told: readonly Outcome[],
  { failed }: Pick<Settlement, 'failed'>,
  { files, generation }: Pick<BatchMessage, 'files' | 'generation'>,
  now: () => number,
): readonly Outcome[] {
  const heard = new Set(told.map(({ index }) => index));
  const unheard = new Map(
    failed.filter(({ index }) => !heard.has(index)).map(({ index, failure }) => [index, failure]),
  );
  const at = new Date(now()).toISOString();
  return files.flatMap(({ index, key, url, tries }): Outcome[] => {
    const failure = unheard.get(index);
    if (!failure) return [];
    return [
      { index, kind: 'failed', failure: { key, url, failure, generation, tries: tries + 1, worker: nobody, at } },
    ];
  });
}
