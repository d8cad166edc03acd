import { failureWith } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Evidence, Outcome } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

const conflicts: ReadonlySet<FailureCode> = new Set(['store.conflict', 'key.conflict']);

/**
 * Says whose the object is that was in the way, where it belongs to another URL of this library, which was copied
 * after this batch was dispatched, or to another video whose URL differs in tokens alone: `key.conflict`, whether or not the
 * store keeps our marks. `--existing overwrite` is not advised there: the two would overwrite each other in turn.
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
    if (!isConflict(outcome) || !owner) return outcome;
    const message = conflictWith(owner, video, outcome.failure);
    if (message === undefined) return outcome;
    return { ...outcome, failure: { ...outcome.failure, failure: failureWith('key.conflict', message) } };
  });
}

function conflictWith(
  owner: Evidence,
  video: VideoId,
  { key, url }: Pick<Evidence, 'key' | 'url'>,
): string | undefined {
  if (owner.url !== url) return `${url} and ${owner.url} want the key ${key} with different bytes`;
  if (owner.video === undefined || owner.video === video) return undefined;
  return `${key} was copied for the video ${owner.video}, from a URL that differs in tokens alone, and has other bytes: if one of them chooses the object, begin the library with --key-params`;
}

function isConflict(outcome: Outcome): outcome is Extract<Outcome, { kind: 'failed' }> {
  return outcome.kind === 'failed' && conflicts.has(outcome.failure.failure.code);
}
