import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from '../domain/failure.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import type { VideoId } from '../domain/video.ts';
import { restoreAligned } from './restore.ts';
import type { Cancelled } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp, requireSubmission, applyDecision, withTimeout } from './apply-decision.ts';

/** Polling interval for the end of work in progress. */
const pollIntervalMs = 250;

/** Stops work on a video for good, and waits for work in progress, up to `waitMs`. */
export async function cancelVideo(
  video: VideoId,
  { waitMs = 0, signal }: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ports: ControlPorts,
): Promise<Cancelled> {
  const { journal } = ports;
  await requireSubmission(video, journal);
  if ((await currentDecisions(video, journal)).hold !== 'cancelled') {
    await journal.decide({ type: 'cancelled', video, at: timestamp(ports) });
  }
  const decided = await applyDecision(video, ports, () => restoreAligned(video, ports));
  if (decided.pending) return { ...decided, underWay: 0 };
  try {
    const underWay = await remainingLeases(video, ports, { waitMs, ...(signal ? { signal } : {}) });
    return { ...decided, underWay };
  } catch (error) {
    // The cancellation holds, whatever becomes of the ledger meanwhile.
    return { video, pending: failureOf(error), underWay: 0 };
  }
}

/**
 * Waits for leases to end. Aborting only ends the wait, and returns the leases left at that time: the cancellation
 * stands.
 */
async function remainingLeases(
  video: VideoId,
  { ledger, answerWithinMs }: ControlPorts,
  { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += pollIntervalMs) {
    const { length } = await withTimeout(answerWithinMs, () => ledger.leases(video));
    if (length === 0 || waitedMs >= waitMs || signal?.aborted) return length;
    await sleep(pollIntervalMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}
