import { advance, sendVideo } from '../aggregator/advance.ts';
import type { AdvancePorts } from '../aggregator/advance.ts';
import { oneAtATime } from '../domain/waiting/one-at-a-time.ts';
import { situationOf, stateOf } from '../domain/video.ts';
import type { Generation, VideoId, VideoRecord } from '../domain/video.ts';
import { applyAcceptances, changedTooFast } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';

/** Drives videos through their steps. Code that has changed a video calls `takeNextStep` on it. */
export interface StepDriver {
  /** Sends the video's next step to its queue. If it has none, the video is idle until something changes it. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /**
   * Queues a crawl whatever the next step would be. A video that the ledger does not hold is restored for it.
   *
   * @returns false for an unknown video, and where a crawl or publication of it is queued or in progress already
   */
  readonly sendCrawl: (video: VideoId, options: { readonly recheck: boolean }) => Promise<boolean>;
}

/** Ports of a step driver. */
export interface StepDriverPorts extends AdvancePorts, RestorePorts {}

/** How often a video is restored that others let go of meanwhile, as whoever concludes a published one does. */
const maxAttempts = 5;

/** Callbacks and stop signal of a step driver. */
export interface StepDriverHooks {
  /** Once aborted, no step is sent. */
  readonly drain: AbortSignal;
  /** Called when a video has no next step for now. */
  readonly onIdle: (video: VideoId, record: VideoRecord) => Promise<void> | void;
  /** Called instead when the ledger holds no such video, or there is none to restore. Absent: nobody waits for its end. */
  readonly onGone?: (video: VideoId) => void;
}

/** Generates lease ids. An id is never used twice for the same video. */
export function leaseIds(newGeneration: () => Generation): () => string {
  return () => newGeneration().slice(0, 13);
}

/** Creates a step driver. Calls for the same video run one after another, calls for different videos side by side. */
export function createStepDriver(
  ports: StepDriverPorts,
  { drain, onIdle, onGone = () => undefined }: StepDriverHooks,
): StepDriver {
  const { ledger, journal } = ports;
  return {
    takeNextStep: oneAtATime(idOf, async (video) => {
      if (drain.aborted) return;
      const advanced = await advance(video, ports);
      if (!advanced) return onGone(video);
      if (advanced.step !== 'none') return;
      // A situation that was announced has had its acceptances applied. Later ones are applied as they are made.
      const isNewlyIncomplete =
        stateOf(advanced.record) === 'incomplete' && advanced.record.announced !== situationOf(advanced.record);
      if (isNewlyIncomplete && (await applyAcceptances(video, { ledger, journal })) > 0) {
        const again = await advance(video, ports);
        if (again?.step === 'none') await onIdle(video, again.record);
        return;
      }
      await onIdle(video, advanced.record);
    }),
    async sendCrawl(video, { recheck }) {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const record = await restoreVideo(video, ports);
        if (!record) {
          onGone(video);
          return false;
        }
        if (await sendVideo(video, record, 'crawl', ports, { recheck })) return true;
        const isRefusedByLease = (await ledger.read(video))?.generation === record.generation;
        if (isRefusedByLease) return false;
      }
      throw changedTooFast(video);
    },
  };
}

function idOf(video: VideoId): string {
  return video;
}
