import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import { rangesOfBits } from '../domain/bits.ts';
import type { Outcome } from '../domain/outcome.ts';
import { hasServerError, sideInTrouble } from '../domain/settle.ts';
import type { RevisionDigest } from '../domain/video.ts';
import { urlOrigin } from '../domain/names/url-origin.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PlanUrls } from '../storage/locator.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { withOwnBucket } from '../storage/own-bucket.ts';
import { isAnswering, isOriginAnswering, isTakingWrites } from '../storage/probe/reachability.ts';
import type { Source } from '../storage/source.ts';

/** Ports for finding out how a batch ended. */
export interface BatchEndPorts {
  readonly source: Source;
  readonly store: ObjectStore;
  readonly journal: Pick<Journal, 'files'>;
  readonly ledger: Pick<Ledger, 'tally'>;
}

/** A batch that a worker has finished. */
export interface FinishedBatch {
  readonly message: Pick<BatchMessage, 'video' | 'files' | 'ownBucket'>;
  readonly revision: RevisionDigest;
  readonly outcomes: readonly Outcome[];
  readonly locate: PlanUrls['locate'];
}

/**
 * Distinguishes an outage of the origin or destination from trouble with single files.
 *
 * | files that failed by the source                            | asked afterwards                 | it is down if      |
 * |------------------------------------------------------------|----------------------------------|--------------------|
 * | none by silence or a server error                          |                                  | never              |
 * | some that were not asked for, as their origin was silent   |                                  | always             |
 * | some, and a file of the video was copied from their origin | that file                        | that fails so, too |
 * | several by server errors, and no file got another answer   |                                  | always             |
 * | else                                                       | the root of their origin         | that fails so, too |
 *
 * The destination is asked to take an object.
 */
export async function batchEndOf(batch: FinishedBatch, ports: BatchEndPorts, signal: AbortSignal): Promise<BatchEnd> {
  if (!(await isSourceUp(batch, ports, signal))) return 'origin-down';
  const isInTrouble = troubles(batch.outcomes, 'store').length > 0;
  return isInTrouble && !(await isTakingWrites(ports.store, signal)) ? 'store-down' : 'finished';
}

async function isSourceUp(batch: FinishedBatch, ports: BatchEndPorts, signal: AbortSignal): Promise<boolean> {
  const { outcomes, message } = batch;
  const source = withOwnBucket(ports.source, message.ownBucket);
  const failures = troubles(outcomes, 'source');
  const [first] = failures;
  if (!first) return true;
  if (failures.some(({ failure }) => failure.code === 'source.silent')) return false;
  const good = await copiedFrom(urlOrigin(new URL(first.url)), batch, ports);
  if (good !== undefined) return isAnswering(source, good, signal);
  const areAllSo = failures.length === outcomes.length && failures.length > 1;
  if (areAllSo && hasServerError(first.failure)) return false;
  return isOriginAnswering(source, first.url, signal);
}

function troubles(outcomes: readonly Outcome[], side: 'source' | 'store') {
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'failed' && sideInTrouble(outcome.failure.failure) === side ? [outcome.failure] : [],
  );
}

/** The URL of a file of the video that was copied from this origin, in this batch or before. */
async function copiedFrom(
  origin: string,
  { message, revision, outcomes, locate }: FinishedBatch,
  { ledger, journal }: BatchEndPorts,
): Promise<string | undefined> {
  const copied = new Set(outcomes.flatMap(({ index, kind }) => (kind === 'failed' ? [] : [index])));
  const isThere = ({ url }: { readonly url: string }): boolean => urlOrigin(new URL(url)) === origin;
  const inBatch = message.files.find((file) => copied.has(file.index) && isThere(file));
  if (inBatch) return inBatch.fetchUrl;
  const tally = await ledger.tally(message.video);
  if (tally?.record.revision !== revision) return undefined;
  const [done] = rangesOfBits(tally.done, tally.record.total);
  if (!done) return undefined;
  const [found] = await journal.files(message.video, revision, [[done[0], done[0] + 1]]);
  return found && isThere(found.file) ? locate(found.index, found.file.url) : undefined;
}
