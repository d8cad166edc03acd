import type { ServiceOptions } from '../../config/service-options.ts';
import { backoffMs } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { second } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import { restoreVideo } from '../../journal/restore.ts';
import type { JobEnd, JobHandler, JobQueue } from '../../queue/job-queue.ts';
import { admitVideos } from '../../scanner/admission.ts';
import type { Admission, AdmissionPorts } from '../../scanner/admission.ts';
import { maxWaitingBatches } from './engine.ts';
import type { LibraryJob } from './queues.ts';
import type { Cluster } from './cluster.ts';

/** Delay after which a pass resumes when the later stages had no capacity. */
const resumeDelayMs = second;

/** Pauses before videos are admitted that a scan under way has found. */
const foundPauses: Backoff = { baseDelayMs: second / 4, maxDelayMs: 5 * second };

/** Passes over the whole library. A pass that finds no capacity ends and queues a job that resumes where it stopped. */
export interface LibraryPasses {
  /** Admits videos from the journal to the ledger. */
  readonly admission: JobHandler<LibraryJob>;
  /** Crawls published videos again, in search of changed sources. */
  readonly delta: JobHandler<LibraryJob>;
}

/** Whether the crawlers and the stages after them have capacity for another video. */
type HasCapacity = () => Promise<boolean>;

/** What passes need of a cluster. */
export interface PassesPorts extends Omit<AdmissionPorts, 'hasCapacity'>, Pick<Cluster, 'sendCrawl'> {
  readonly queues: Pick<Cluster['queues'], 'crawls' | 'batches'> &
    Readonly<Record<'admissions' | 'deltas', Pick<JobQueue<LibraryJob>, 'add'>>>;
}

/** @param stopSignal - once aborted, a pass ends and queues a job that resumes it */
export function createPasses(
  cluster: PassesPorts,
  { maxVideos }: Pick<ServiceOptions, 'maxVideos'>,
  stopSignal: AbortSignal,
): LibraryPasses {
  const { queues, journal } = cluster;
  const hasCapacity: HasCapacity = async () =>
    (await queues.crawls.hasCapacity(maxVideos)) && queues.batches.hasCapacity(maxWaitingBatches);
  return {
    async admission({ after, isAligned }) {
      const { isDone, ...part } = await admitVideos({ after, isAligned }, { ...cluster, hasCapacity }, stopSignal);
      return isDone ? { result: 'done' } : resumeLater(queues.admissions, 'intake', { after, ...part });
    },
    async delta({ after }) {
      let last = after;
      for await (const video of journal.published(after)) {
        if (stopSignal.aborted || !(await hasCapacity()))
          return resumeLater(queues.deltas, 'delta', { after, stoppedAt: last, hasAligned: false });
        const record = await restoreVideo(video, cluster);
        if (record && !record.hold) await cluster.sendCrawl(video, { recheck: false });
        last = video;
      }
      return { result: 'done' };
    },
  };
}

/** A part of a pass that did not come to the end. */
interface Part extends Pick<Admission, 'hasAligned'> {
  readonly after: VideoId | undefined;
  readonly stoppedAt?: VideoId | undefined;
}

/** A pass that got no further comes again itself: the job that resumes it would have its id, and be ignored. */
async function resumeLater(
  queue: Pick<JobQueue<LibraryJob>, 'add'>,
  name: string,
  { after, stoppedAt, hasAligned }: Part,
): Promise<JobEnd> {
  if (stoppedAt === after && !hasAligned) return { result: 'again', delayMs: resumeDelayMs };
  const data: LibraryJob = {
    format: 1,
    ...(stoppedAt === undefined ? { isAligned: hasAligned } : { after: stoppedAt }),
  };
  await queue.add({ id: `${name} after ${stoppedAt ?? ''}`, data, priority: 0, delayMs: resumeDelayMs });
  return { result: 'done' };
}

/**
 * Has videos admitted that were just submitted. A pass under way may have gone past them already, and would keep its id from
 * being added: then another one follows it.
 */
export async function admitSoon(admissions: Pick<JobQueue<LibraryJob>, 'add' | 'has'>): Promise<void> {
  const id = (await admissions.has('now')) ? 'next' : 'now';
  await admissions.add({ id, data: { format: 1 }, priority: 0 });
}

/** Has the videos admitted that a scan finds while it goes on, so that none waits for the end of a long one. */
export function admitFound(
  admissions: Parameters<typeof admitSoon>[0],
  onError: (error: unknown) => void,
): { readonly add: () => void; readonly stop: () => void } {
  let passes = 0;
  let timer: NodeJS.Timeout | undefined;
  const admit = (): void => {
    timer = undefined;
    passes += 1;
    admitSoon(admissions).catch(onError);
  };
  return {
    add: () => void (timer ??= setTimeout(admit, backoffMs(foundPauses, passes))),
    stop: () => clearTimeout(timer),
  };
}
