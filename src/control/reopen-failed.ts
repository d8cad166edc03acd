import { hasBit, rangesWhere } from '../domain/bits.ts';
import { indicesOf } from '../domain/index-ranges.ts';
import type { VideoId } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Gives the failed files of a video another chance; accepted ones stay accepted.
 *
 * @returns how many are open again
 */
export async function reopenFailed(video: VideoId, ledger: Ledger): Promise<number> {
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined || tally.record.failed === tally.record.accepted) return 0;
  const isOpenable = (index: number): boolean => hasBit(tally.failed, index) && !hasBit(tally.accepted, index);
  const files = [...indicesOf(rangesWhere(tally.record.total, isOpenable))];
  await ledger.apply(video, { type: 'reopen', generation: tally.record.generation, revision, files });
  return files.length;
}
