import { bands, jobIdOf, leaseOf, planBatches } from '../domain/batch.ts';
import type { BatchJob } from '../domain/batch.ts';
import { countOf, indicesOf, subtract } from '../domain/index-ranges.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import { nextStep } from '../domain/next-step.ts';
import type { Carried, Step } from '../domain/next-step.ts';
import { videoLeaseOf } from '../domain/video-job.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger, Lease, Survey } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';

/** Limits on the dispatch of a video's files. */
export interface DispatchLimits {
  /** Most files in one batch. */
  readonly maxFiles: number;
  /** Most batches of one video in progress at a time. */
  readonly maxBatchesOfVideo: number;
  /** Batches that the executor runs at a time. The files of a small video are spread over them. */
  readonly lanes: number;
}

/** Smaller batches cost more to send than they gain by running in parallel. */
const minFiles = 10;

/** Ports and settings for dispatching videos. */
export interface AdvancePorts {
  readonly ledger: Ledger;
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  readonly limits: DispatchLimits;
  readonly leaseMs: number;
  /** Creates ids that are unique for all time, for leases. */
  readonly newId: () => string;
}

/**
 * Takes a video's next step: sends it to be crawled or published, or dispatches batches of its files. It is called
 * after each change of a video, and by reconciliation for work that no job carries. Calls for one video may overlap: a
 * lease that one of them takes is refused to the others.
 *
 * @returns the step taken, with the record it was decided on. Undefined for an unknown video
 */
export async function advance(
  video: VideoId,
  ports: AdvancePorts,
): Promise<{ readonly step: Step; readonly record: VideoRecord } | undefined> {
  const survey = await ports.ledger.survey(video);
  if (!survey) return undefined;
  const { record, leases, open } = survey;
  const step = nextStep(record, carriedBy(leases, open));
  if (step === 'dispatch') await dispatch(video, survey, ports);
  if (step === 'crawl' || step === 'publish') await sendVideo(video, record, step, ports);
  return { step, record };
}

/** Work that leases carry. A lease may outlast its files, so only files that are still open count. */
function carriedBy(leases: readonly Lease[], open: IndexRanges): Carried {
  const free = leases.reduce<IndexRanges>((remaining, { files }) => subtract(remaining, files), open);
  return {
    crawl: leases.some(({ kind }) => kind === 'crawl'),
    publish: leases.some(({ kind }) => kind === 'publish'),
    files: countOf(open) - countOf(free),
  };
}

async function dispatch(video: VideoId, { record, leases, open }: Survey, ports: AdvancePorts): Promise<void> {
  const { ledger, batches, limits } = ports;
  const slots = limits.maxBatchesOfVideo - leases.filter(({ kind }) => kind === 'batch').length;
  if (slots <= 0 || record.revision === undefined) return;
  const carried = leases.map(({ files }) => files);
  const planned = planBatches(open, carried, { maxFiles: filesPerBatch(countOf(open), limits) });
  const { fresh = false } = record;
  for (const files of planned.slice(0, slots)) {
    const [first = 0] = indicesOf(files);
    const job: BatchJob = {
      format: 1,
      id: `${first}-${ports.newId()}`,
      video,
      generation: record.generation,
      revision: record.revision,
      files,
      tries: {},
      waits: 0,
      fresh,
    };
    const leased = await ledger.lease(video, leaseOf(job, ports.leaseMs));
    if (!leased) return;
    await batches.add({
      id: jobIdOf(video, job.generation, job.id),
      data: job,
      priority: fresh ? bands.fresh : bands.backlog,
    });
  }
}

function filesPerBatch(open: number, { maxFiles, lanes }: DispatchLimits): number {
  return Math.min(maxFiles, Math.max(minFiles, Math.ceil(open / lanes)));
}

/**
 * Queues a crawl or a publication of a video, unless another job carries it already.
 *
 * @param options.delayMs - how long the job waits in its queue before it is due
 * @returns whether the job was queued
 */
export async function sendVideo(
  video: VideoId,
  { generation, fresh }: VideoRecord,
  kind: 'crawl' | 'publish',
  { ledger, crawls, publications, leaseMs, newId }: Omit<AdvancePorts, 'batches' | 'limits'>,
  { recheck, delayMs = 0 }: Pick<VideoJob, 'recheck'> & { readonly delayMs?: number } = { recheck: false },
): Promise<boolean> {
  const job: VideoJob = {
    format: 1,
    video,
    generation,
    lease: `${kind}-${newId()}`,
    tries: 0,
    waits: 0,
    recheck,
    fresh: fresh === true,
  };
  if (!(await ledger.lease(video, videoLeaseOf(job, kind, leaseMs + delayMs)))) return false;
  const queue = kind === 'crawl' ? crawls : publications;
  await queue.add({
    id: jobIdOf(video, generation, job.lease),
    data: job,
    priority: fresh ? bands.fresh : bands.backlog,
    delayMs,
  });
  return true;
}
