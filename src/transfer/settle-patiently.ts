import type { BatchEnd, BatchJob, BatchMessage } from '../domain/batch.ts';
import { countOf } from '../domain/index-ranges.ts';
import type { FileFailure, Outcome } from '../domain/outcome.ts';
import { destinationPlace, sourcePlace } from '../domain/waiting/patience.ts';
import type { Patience, PatienceLeft } from '../domain/waiting/patience.ts';
import { askedForMs, defaultRetryLimits, isThrottle, settle, sideInTrouble } from '../domain/settle.ts';
import type { Settlement } from '../domain/settle.ts';

/** A batch that was run, or could not be, with an outcome for each file as far as there are any. */
export interface EndedRun {
  readonly job: BatchJob;
  readonly message: BatchMessage;
  readonly outcomes: readonly Outcome[];
  readonly end: BatchEnd;
}

/**
 * Settles a batch, with no more patience than is left for what it waits for.
 *
 * @returns the settlement, and the patience left if nothing but waiting is left to do, for the jobs of the remainder
 */
export async function settlePatiently(
  { job, message, outcomes, end }: EndedRun,
  { patience, random }: { readonly patience: Patience; readonly random: () => number },
): Promise<{ readonly settlement: Settlement; readonly left?: PatienceLeft }> {
  const { video, generation, stalledSince: since } = job;
  const settlement = settle(job, outcomes, end, random);
  if (settlement.done.length > 0) patience.answered(job, () => placesOfDone(message, settlement));
  const stalled = settlement.resend.filter((remainder) => remainder.stalled);
  if (stalled.length === 0) return { settlement };
  const files = stalled.reduce((sum, remainder) => sum + countOf(remainder.files), 0);
  const hasCompany = stalled.length < settlement.resend.length || settlement.recrawl || settlement.halt !== undefined;
  const waits = waitsIn(outcomes);
  const asked = Math.max(0, ...waits.map(({ failure }) => askedForMs(failure)));
  const work = { video, generation, lease: job.id, files, places: placesOf(waits), hasCompany, since };
  const left = await patience.left({ ...work, askedForMs: asked });
  if (!left) return { settlement };
  const limits = { ...defaultRetryLimits, patienceLeftMs: left.leftMs };
  return { settlement: settle(job, outcomes, end, random, limits), left };
}

function waitsIn(outcomes: readonly Outcome[]): readonly FileFailure[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind !== 'failed') return [];
    const { failure } = outcome.failure;
    return sideInTrouble(failure) !== undefined || isThrottle(failure) ? [outcome.failure] : [];
  });
}

function placesOf(waits: readonly FileFailure[]): readonly string[] {
  const places = waits.map(({ failure, url }) =>
    failure.code.startsWith('store.') ? destinationPlace : sourcePlace(url),
  );
  return [...new Set(places)];
}

function placesOfDone({ files }: BatchMessage, { done }: Settlement): readonly string[] {
  const copied = new Set(done);
  const sources = files.flatMap(({ index, url }) => (copied.has(index) ? [sourcePlace(url)] : []));
  return [...new Set([destinationPlace, ...sources])];
}
