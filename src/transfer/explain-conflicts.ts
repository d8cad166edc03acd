import { failureWith } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/**
 * Turns `store.conflict` into `key.conflict` where the object belongs to another URL of this library, which was copied
 * after this batch was dispatched. `--existing overwrite` would not help there: the two URLs would overwrite each other
 * in turn.
 */
export async function explainConflicts(
  video: VideoId,
  outcomes: readonly Outcome[],
  journal: Pick<Journal, 'evidence'>,
): Promise<readonly Outcome[]> {
  const keys = outcomes.flatMap((outcome) => (isConflict(outcome) ? [outcome.failure.key] : []));
  if (keys.length === 0) return outcomes;
  const evidence = await journal.evidence(video, keys);
  return outcomes.map((outcome) => {
    const owner = isConflict(outcome) ? evidence.get(outcome.failure.key) : undefined;
    if (!isConflict(outcome) || !owner || owner.url === outcome.failure.url) return outcome;
    const { key, url } = outcome.failure;
    const failure = failureWith('key.conflict', `${url} and ${owner.url} want the key ${key} with different bytes`);
    return { ...outcome, failure: { ...outcome.failure, failure } };
  });
}

function isConflict(outcome: Outcome): outcome is Extract<Outcome, { kind: 'failed' }> {
  return outcome.kind === 'failed' && outcome.failure.failure.code === 'store.conflict';
}
