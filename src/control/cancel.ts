import { setTimeout as sleep } from 'node:timers/promises';
import { currentDecisions } from '../journal/initial-record.ts';
import type { VideoId } from '../domain/video.ts';
import { restoreAligned } from './restore.ts';
import type { Cancelled } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant, knownSubmission, takeEffect, withinTime } from './take-effect.ts';

/** How often to look whether work has ended. */
const lookEveryMs = 250;

/** Ends work on a video for good, and waits a while for what is under way. */
export async function cancelVideo(
  video: VideoId,
  { waitMs = 0, signal }: { readonly waitMs?: number; readonly signal?: AbortSignal },
  ports: ControlPorts,
): Promise<Cancelled> {
  const { journal } = ports;
  await knownSubmission(video, journal);
  if ((await currentDecisions(video, journal)).hold !== 'cancelled') {
    await journal.decide({ type: 'cancelled', video, at: instant(ports) });
  }
  const decided = await takeEffect(video, ports, () => restoreAligned(video, ports));
  const underWay = decided.pending ? 0 : await leasesLeft(video, ports, { waitMs, ...(signal ? { signal } : {}) });
  return { ...decided, underWay };
}

/** Who stops waiting early is told how many there are by then: the cancellation holds either way. */
async function leasesLeft(
  video: VideoId,
  { ledger, answerWithinMs }: ControlPorts,
  { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    const { length } = await withinTime(answerWithinMs, () => ledger.leases(video));
    if (length === 0 || waitedMs >= waitMs || signal?.aborted) return length;
    await sleep(lookEveryMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}
