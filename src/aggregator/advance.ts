import { bands, jobIdOf, leaseOf, planBatches } from '../domain/batch.ts';
import type { BatchJob } from '../domain/batch.ts';
import { hasBit, rangesWhere } from '../domain/bits.ts';
import { countOf, indicesOf } from '../domain/index-ranges.ts';
import { nextStep } from '../domain/next-step.ts';
import type { Carried, Step } from '../domain/next-step.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger, Lease } from '../ledger/ledger.ts';
import type { JobQueue } from '../queue/job-queue.ts';

/** How a video's files are let out. */
export interface DispatchLimits {
  /** Most files in a batch. */
  readonly maxFiles: number;
  /** Most batches of one video under way at a time. */
  readonly maxBatchesOfVideo: number;
  /** Batches that the executor runs at a time: a small video is spread over them. */
  readonly lanes: number;
}

/** Smaller batches would cost more to send than they gain by going side by side. */
const minFiles = 10;

/** What the aggregator needs to move videos on. */
export interface AdvancePorts {
  readonly ledger: Ledger;
  readonly crawls: JobQueue<VideoJob>;
  readonly batches: JobQueue<BatchJob>;
  readonly publications: JobQueue<VideoJob>;
  readonly isFresh: (video: VideoId) => boolean;
  readonly limits: DispatchLimits;
  readonly leaseMs: number;
  /** Makes batch ids unique over restarts. */
  readonly newId: () => string;
}

/**
 * Gives a video what it needs next: asked after each change, and by reconciliation for what nothing carries.
 * Calls for one video must not overlap (`serialise`).
 *
 * @returns the step taken, with the record it was decided on; undefined for an unknown video
 */
export async function advance(
  video: VideoId,
  ports: AdvancePorts,
): Promise<{ readonly step: Step; readonly record: VideoRecord } | undefined> {
  const record = await ports.ledger.read(video);
  if (!record) return undefined;
  const leases = await ports.ledger.leases(video);
  const step = nextStep(record, carriedBy(leases));
  if (step === 'dispatch') await dispatch(video, leases, ports);
  if (step === 'crawl' || step === 'publish') await sendVideo(video, record, step, ports);
  return { step, record };
}

function carriedBy(leases: readonly Lease[]): Carried {
  return {
    crawl: leases.some(({ kind }) => kind === 'crawl'),
    publish: leases.some(({ kind }) => kind === 'publish'),
    files: leases.reduce((sum, { files }) => sum + countOf(files), 0),
  };
}

async function dispatch(video: VideoId, leases: readonly Lease[], ports: AdvancePorts): Promise<void> {
  const { ledger, batches, limits } = ports;
  const room = limits.maxBatchesOfVideo - leases.filter(({ kind }) => kind === 'batch').length;
  const tally = room > 0 ? await ledger.tally(video) : undefined;
  if (tally?.record.revision === undefined) return;
  const { record, done, failed } = tally;
  const open = rangesWhere(record.total, (index) => !hasBit(done, index) && !hasBit(failed, index));
  const carried = leases.map(({ files }) => files);
  const planned = planBatches(open, carried, { maxFiles: filesPerBatch(countOf(open), limits) });
  const fresh = ports.isFresh(video);
  for (const files of planned.slice(0, room)) {
    const [first = 0] = indicesOf(files);
    const job: BatchJob = {
      format: 1,
      id: `${first}-${ports.newId()}`,
      video,
      generation: record.generation,
      revision: tally.record.revision,
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

/** Sends a whole video to be crawled or published, unless somebody carries that already. */
export async function sendVideo(
  video: VideoId,
  { generation }: VideoRecord,
  kind: 'crawl' | 'publish',
  { ledger, crawls, publications, isFresh, leaseMs }: Omit<AdvancePorts, 'batches' | 'limits' | 'newId'>,
  { recheck }: Pick<VideoJob, 'recheck'> = { recheck: false },
): Promise<void> {
  const leased = await ledger.lease(video, { id: kind, generation, kind, files: [], ttlMs: leaseMs });
  if (!leased) return;
  const queue = kind === 'crawl' ? crawls : publications;
  await queue.add({
    id: jobIdOf(video, generation, kind),
    data: { format: 1, video, tries: 0, waits: 0, recheck },
    priority: isFresh(video) ? bands.fresh : bands.backlog,
  });
}
