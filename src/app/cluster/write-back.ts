import type { Catalogue, VideoStatus } from '../../catalogue/catalogue.ts';
import type { Journal } from '../../journal/journal.ts';
import type { ServiceHooks } from './role.ts';

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
