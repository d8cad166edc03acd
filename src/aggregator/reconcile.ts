import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Lease, Ledger } from '../ledger/ledger.ts';

/** What reconciliation needs. */
export interface ReconcilePorts {
  readonly ledger: Ledger;
  /** Whether the job that a lease stands for is in its queue. */
  readonly isQueued: (video: VideoId, lease: Lease) => Promise<boolean>;
  /** Gives a video its next step, as its facts stand now. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** How long a claim lasts whose job waits. */
  readonly leaseMs: number;
  readonly onVideo: (video: VideoId, record: VideoRecord, leases: readonly Lease[]) => void;
}

/** Finds what nothing carries, and sends it again. */
export interface Reconciler {
  /** Looks at every video of the ledger once. Returns how many leases it ended. */
  run(signal: AbortSignal): Promise<number>;
}

/**
 * A lease lasts for as long as its job is in a queue. One whose job is in none is held by nobody: its queue was wiped, or whoever took the lease died before the
 * job was sent. As a job is sent just after its lease is taken, only a lease that was alone at two looks is ended.
 */
export function createReconciler(ports: ReconcilePorts): Reconciler {
  const { ledger, isQueued, takeNextStep, onVideo, leaseMs } = ports;
  let suspects = new Set<string>();
  return {
    async run(signal) {
      const alone = new Set<string>();
      let ended = 0;
      for await (const { video, record } of ledger.videos()) {
        if (signal.aborted) return ended;
        const leases = await ledger.leases(video);
        onVideo(video, record, leases);
        for (const lease of leases) {
          if (await isQueued(video, lease)) {
            // It may wait for longer than its term.
            await ledger.renew(video, lease.id, leaseMs);
          } else if (suspects.has(lease.id)) {
            await ledger.release(video, lease.id);
            ended += 1;
          } else {
            alone.add(lease.id);
          }
        }
        await takeNextStep(video);
      }
      suspects = alone;
      return ended;
    },
  };
}
