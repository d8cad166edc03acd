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

/** Delay after which a pass resumes when the later stages had no capacity. */
const resumeDelayMs = second;

/** Passes over the whole library. A pass that finds no capacity ends and queues a job that resumes where it stopped. */
export interface LibraryPasses {
  /** Admits videos from the journal to the ledger. */
  readonly admission: JobHandler<LibraryJob>;
  /** Crawls published videos again, in search of changed sources. */
  readonly delta: JobHandler<LibraryJob>;
}

/** Whether the crawlers and the stages after them have capacity for another video. */
type HasCapacity = () => Promise<boolean>;

/** @param stopSignal - once aborted, a pass ends and queues a job that resumes it */
export function createPasses(cluster: Cluster, { maxVideos }: ServiceOptions, stopSignal: AbortSignal): LibraryPasses {
  const { queues, journal } = cluster;
  const hasCapacity: HasCapacity = async () =>
    (await queues.crawls.size()) < maxVideos && queues.batches.hasCapacity(maxWaitingBatches);
  return {
    async admission({ after }) {
      const { stoppedAt, isDone } = await admitVideos(after, { ...cluster, hasCapacity }, stopSignal);
      if (!isDone) await resumeLater(queues.admissions, 'intake', stoppedAt);
      return { result: 'done' };
    },
    async delta({ after }) {
      let last = after;
      for await (const video of journal.published(after)) {
        if (stopSignal.aborted || !(await hasCapacity())) {
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
  await queue.add({ id: `${name} after ${after ?? ''}`, data, priority: 0, delayMs: resumeDelayMs });
}
