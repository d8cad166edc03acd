import type { FailureCode } from '../domain/failure.ts';
import type { Generation, VideoId } from '../domain/video.ts';
import { failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reopenFiles } from './reopen.ts';

/** Ports for retrying a video. */
export interface RetryPorts {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly newGeneration: () => Generation;
}

/**
 * Reopens the failed files of a video, accepted ones included. A video that is invalid, and so has no plan, starts
 * over.
 *
 * @param failedBy - only retry what failed with this code
 */
export async function retryVideo(
  video: VideoId,
  failedBy: FailureCode | undefined,
  { ledger, journal, newGeneration }: RetryPorts,
): Promise<{ readonly files: number; readonly wasInvalid: boolean }> {
  const tally = await ledger.tally(video);
  if (!tally) return { files: 0, wasInvalid: false };
  const { record } = tally;
  if (record.invalid) {
    const matches = failedBy === undefined || record.invalid.code === failedBy;
    if (matches) await ledger.apply(video, { type: 'open', seen: record.generation, generation: newGeneration() });
    return { files: 0, wasInvalid: matches };
  }
  const failed = await failedFiles(video, tally, journal);
  if (failed.length === 0) return { files: 0, wasInvalid: false };
  const failures = await journal.failures(video);
  const files = failed.filter(({ key }) => failedBy === undefined || failures.get(key)?.failure.code === failedBy);
  const reopened = await reopenFiles(
    video,
    files.map(({ index }) => index),
    { ledger, newGeneration },
  );
  return { files: reopened, wasInvalid: false };
}
