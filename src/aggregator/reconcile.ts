import { isLookDue } from '../domain/next-look.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Lease, Ledger } from '../ledger/ledger.ts';

/** Ports of the reconciler. */
export interface ReconcilePorts {
  readonly ledger: Ledger;
  /** Whether the job behind a lease is in its queue. */
  readonly isQueued: (video: VideoId, lease: Lease) => Promise<boolean>;
  /** Sends the video's next step to its queue. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** Lifetime of the lease of a queued job. */
  readonly leaseMs: number;
  /** Looks again at a video that failed or is live, whose time for that has come. */
  readonly lookAgain: (video: VideoId, record: VideoRecord) => Promise<void>;
  /** As of `isLookDue`. Called for each video that waits for a place. */
  readonly hasReturned: (place: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onVideo: (video: VideoId, record: VideoRecord, leases: readonly Lease[]) => void;
}

/** Finds work that no job carries, and queues it again. */
export interface Reconciler {
  /**
   * Checks every video of the ledger once.
   *
   * @returns the number of orphaned leases that were ended. Undefined if it was stopped before it had seen every video: what
   *   `onVideo` was told by then says nothing about the library
   */
  run(signal: AbortSignal): Promise<number | undefined>;
}

/**
 * Creates the reconciler. It renews the leases of queued jobs, and ends orphaned ones: leases whose job is in no queue,
 * because the queue was wiped or the process died between taking the lease and adding the job. Since a job is added
 * just after its lease is taken, a lease is ended only if it was orphaned in two consecutive passes.
 */
export function createReconciler(ports: ReconcilePorts): Reconciler {
  const { ledger, isQueued, takeNextStep, lookAgain, hasReturned, now, onVideo, leaseMs } = ports;
  let suspects = new Set<string>();
  return {
    async run(signal) {
      const orphaned = new Set<string>();
      let ended = 0;
      for await (const { video, record } of ledger.videos()) {
        if (signal.aborted) return undefined;
        const leases = await ledger.leases(video);
        onVideo(video, record, leases);
        for (const lease of leases) {
          if (await isQueued(video, lease)) {
            // The job may wait longer than the lease lasts.
            await ledger.renew(video, lease.id, leaseMs);
          } else if (suspects.has(lease.id)) {
            await ledger.release(video, lease.id);
            ended += 1;
          } else {
            orphaned.add(lease.id);
          }
        }
        await (isLookDue(record, now(), hasReturned) ? lookAgain(video, record) : takeNextStep(video));
      }
      suspects = orphaned;
      return ended;
    },
  };
}
