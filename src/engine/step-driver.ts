import { advance, sendVideo } from '../aggregator/advance.ts';
import type { AdvancePorts } from '../aggregator/advance.ts';
import { serialise } from '../aggregator/serialise.ts';
import { situationOf, stateOf } from '../domain/video.ts';
import type { Generation, VideoId, VideoRecord } from '../domain/video.ts';
import { applyAcceptances } from '../journal/align.ts';
import type { Journal } from '../journal/journal.ts';

/** Moves videos on: what everybody asks who has changed a video. */
export interface StepDriver {
  /** Gives a video its next step, or lets it rest. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
  /** Sends a video to the crawlers, whatever its next step would be; not one that the ledger does not know, or has let go of. */
  readonly sendCrawl: (video: VideoId, options: { readonly recheck: boolean }) => Promise<void>;
}

/** What a mover needs. */
export interface StepDriverPorts extends AdvancePorts {
  readonly journal: Journal;
}

/** How a mover is followed and stopped. */
export interface StepDriverHooks {
  /** Aborted: nothing is sent any more. */
  readonly drain: AbortSignal;
  /** A video needs nothing more for now. */
  readonly onRest: (video: VideoId, record: VideoRecord) => Promise<void> | void;
}

/** Ids of leases, unique for a video for all time. */
export function leaseIds(newGeneration: () => Generation): () => string {
  return () => newGeneration().slice(0, 13);
}

/** Makes a mover; its calls for one video run one after the other. */
export function createStepDriver(ports: StepDriverPorts, { drain, onRest }: StepDriverHooks): StepDriver {
  const { ledger, journal } = ports;
  return {
    takeNextStep: serialise(async (video) => {
      if (drain.aborted) return;
      const moved = await advance(video, ports);
      if (moved?.step !== 'none') return;
      // One that was told of has had its acceptances applied: who accepts later applies that at once.
      const isNewlyIncomplete =
        stateOf(moved.record) === 'incomplete' && moved.record.announced !== situationOf(moved.record);
      if (isNewlyIncomplete && (await applyAcceptances(video, { ledger, journal })) > 0) {
        const again = await advance(video, ports);
        if (again?.step === 'none') await onRest(video, again.record);
        return;
      }
      await onRest(video, moved.record);
    }),
    async sendCrawl(video, { recheck }) {
      const record = await ledger.read(video);
      if (record) await sendVideo(video, record, 'crawl', ports, { recheck });
    },
  };
}
