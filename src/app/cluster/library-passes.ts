import type { ServiceOptions } from '../../config/service-options.ts';
import { second } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import { restoreVideo } from '../../journal/restore.ts';
import type { BullmqQueue } from '../../queue/bullmq-queue.ts';
import type { JobHandler } from '../../queue/job-queue.ts';
import { admitVideos } from '../../scanner/admission.ts';
import { maxWaitingBatches } from './engine.ts';
import type { LibraryJob } from './queues.ts';
import type { Cluster } from './cluster.ts';

/** While the stages behind are full, a pass goes on after this time. */
const fullPauseMs = second;

/** Work on the whole library: a pass that finds no room ends, and a job takes up the rest where it stopped. */
export interface LibraryPasses {
  /** Takes videos from the journal into the ledger. */
  readonly intake: JobHandler<LibraryJob>;
  /** Has the sources of published videos looked at again. */
  readonly delta: JobHandler<LibraryJob>;
}

/** Whether the crawlers, and those behind them, take another video. */
type HasCapacity = () => Promise<boolean>;

/** @param until - aborted: the pass is handed on as it stands */
export function createPasses(cluster: Cluster, { maxVideos }: ServiceOptions, until: AbortSignal): LibraryPasses {
  const { queues, journal } = cluster;
  const hasCapacity: HasCapacity = async () =>
    (await queues.crawls.size()) < maxVideos && queues.batches.hasCapacity(maxWaitingBatches);
  return {
    async intake({ after }) {
      const { stoppedAt, isDone } = await admitVideos(after, { ...cluster, hasCapacity }, until);
      if (!isDone) await resumeLater(queues.admissions, 'intake', stoppedAt);
      return { result: 'done' };
    },
    async delta({ after }) {
      let last = after;
      for await (const video of journal.published(after)) {
        if (until.aborted || !(await hasCapacity())) {
          await resumeLater(queues.deltas, 'delta', last);
          break;
        }
        const record = await restoreVideo(video, cluster);
        if (record && !record.hold) await cluster.sendCrawl(video, { recheck: false });
        last = video;
      }
      return { result: 'done' };
    },
  };
}

async function resumeLater(queue: BullmqQueue<LibraryJob>, name: string, after: VideoId | undefined): Promise<void> {
  const data: LibraryJob = { format: 1, ...(after === undefined ? {} : { after }) };
  await queue.add({ id: `${name} after ${after ?? ''}`, data, priority: 0, delayMs: fullPauseMs });
}
