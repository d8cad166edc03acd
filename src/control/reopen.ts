import { rangesOfBits } from '../domain/bits.ts';
import { indicesOf, subtract } from '../domain/index-ranges.ts';
import type { Generation, VideoId } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Ports for reopening files. */
export interface ReopenPorts {
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
}

/**
 * Reopens files of a video under a new generation, so that a batch still in progress is late and cannot fail them
 * again. First under the present one: a video that is at rest under the new one, if only for a moment, could be retired.
 *
 * @returns how many files were reopened: 0 if another process registered or retired the video meanwhile
 */
export async function reopenFiles(
  video: VideoId,
  files: readonly number[],
  { ledger, newGeneration }: ReopenPorts,
): Promise<number> {
  const record = await ledger.read(video);
  if (record?.revision === undefined || files.length === 0) return 0;
  const generation = newGeneration();
  const reopen = { type: 'reopen', revision: record.revision, files } as const;
  await ledger.apply(video, { ...reopen, generation: record.generation });
  await ledger.apply(video, { type: 'open', seen: record.generation, generation });
  const reopened = await ledger.apply(video, { ...reopen, generation });
  return reopened.result === 'applied' ? files.length : 0;
}

/** Reopens the failed files of a video, except for accepted ones. Returns how many, like `reopenFiles`. */
export async function reopenFailed(video: VideoId, ports: ReopenPorts): Promise<number> {
  const record = await ports.ledger.read(video);
  const tally = record && record.failed > record.accepted ? await ports.ledger.tally(video) : undefined;
  if (!tally) return 0;
  const {
    record: { total },
    failed,
    accepted,
  } = tally;
  const openable = subtract(rangesOfBits(failed, total), rangesOfBits(accepted, total));
  return reopenFiles(video, [...indicesOf(openable)], ports);
}
