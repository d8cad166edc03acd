import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue, VideoStatus } from '../../catalogue/catalogue.ts';
import type { Journal } from '../../journal/journal.ts';
import { failureOf } from '../../domain/failure.ts';
import { second } from '../../domain/units.ts';
import { untilAborted } from '../../domain/waiting/until-aborted.ts';
import type { JobHandler } from '../../queue/job-queue.ts';
import type { WriteBackJob } from './queues.ts';
import type { ServiceHooks } from './role.ts';

/** How many statuses are written at a time. */
export const writeBacksAtATime = 8;
/** How long a catalogue rests that has refused as many in a row: it takes none, rather than some of them. */
const usualRestMs = 15 * second;

/**
 * Creates a function that writes the status of a video back to the catalogue. A status that finds no row is counted and
 * logged, unless a person submitted the video: that one need not have a row.
 */
export function createWriteBack(
  catalogue: Catalogue | undefined,
  journal: Pick<Journal, 'submission'>,
  { log, metrics }: Pick<ServiceHooks, 'log' | 'metrics'>,
): (status: VideoStatus) => Promise<void> {
  let missed = 0;
  return async (status) => {
    const result = await catalogue?.writeBack?.(status);
    if (!catalogue || result !== 'missing') return;
    const { id: video, state } = status;
    if ((await journal.submission(video))?.by === 'person') return;
    missed += 1;
    metrics.writeBackMissed();
    log.warn(`could not write back that ${video} is ${state}: ${catalogue.name} has no row with this id`, {
      video,
      missed,
    });
  };
}

/**
 * Creates the handler of statuses that wait to be written back. One that cannot be written stays in the queue. After a few of
 * them in a row no other is tried for a while, so that the queue stands still and a catalogue in trouble is left alone.
 *
 * @param writeBack - as of `createWriteBack`
 */
export function writeBackHandler(
  writeBack: ReturnType<typeof createWriteBack>,
  { log }: Pick<ServiceHooks, 'log'>,
  restMs: number = usualRestMs,
): JobHandler<WriteBackJob> {
  let failedInARow = 0;
  let rest: Promise<unknown> | undefined;
  return async ({ status }, { signal }) => {
    if (rest) await untilAborted(rest, signal);
    try {
      // A catalogue that does not answer is not waited for where the process is to end.
      await untilAborted(writeBack(status), signal);
    } catch (error) {
      signal.throwIfAborted();
      failedInARow += 1;
      if (failedInARow === 1)
        log.warn(`${status.id} is not written back to the catalogue for now: ${failureOf(error).message}`);
      if (failedInARow >= writeBacksAtATime)
        rest ??= sleep(restMs, undefined, { ref: false }).then(() => (rest = undefined));
      throw error;
    }
    if (failedInARow >= writeBacksAtATime) log.info('the catalogue takes statuses again');
    failedInARow = 0;
    return { result: 'done' };
  };
}
