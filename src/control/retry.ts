import type { FailureCode } from '../domain/failure.ts';
import type { Generation, VideoId } from '../domain/video.ts';
import { failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reopenFiles } from './reopen.ts';
import { recordOf } from '../journal/tally.ts';
import { restore } from './restore.ts';
import type { Retried, RetryRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { submittedVideos, maxConcurrentReads } from './list-videos.ts';
import { readAhead } from '../journal/read-ahead.ts';
import { unknownVideo } from './unknown-video.ts';

/** Retries the failed files of some videos, or of all. Invalid videos are crawled again. */
export async function retryVideos({ videos = [], failedBy }: RetryRequest, ports: ControlPorts): Promise<Retried> {
  const retry = async (video: VideoId): Promise<number | undefined> => {
    // A video that was published without accepted files is in the journal only.
    await restore(video, ports);
    const { files, wasInvalid } = await retryVideo(video, failedBy, ports);
    if (files === 0 && !wasInvalid) return undefined;
    await ports.takeNextStep(video);
    return files;
  };
  let [reopened, retried] = [0, 0];
  for await (const files of readAhead(
    videos.length > 0 ? failedAmong(videos, ports) : allFailed(ports),
    maxConcurrentReads,
    retry,
  )) {
    if (files === undefined) continue;
    reopened += files;
    retried += 1;
  }
  return { reopened, videos: retried };
}

async function* failedAmong(videos: readonly VideoId[], ports: ControlPorts): AsyncGenerator<VideoId> {
  const records = await Promise.all(videos.map(async (video) => [video, await recordOf(video, ports)] as const));
  const unknown = records.find(([, record]) => !record);
  if (unknown) throw unknownVideo(unknown[0]);
  for (const [video, record] of records) if (record?.invalid || record?.failed) yield video;
}

async function* allFailed(ports: ControlPorts): AsyncGenerator<VideoId> {
  for await (const { submission, record } of submittedVideos(ports)) {
    if (record.invalid || record.failed > 0) yield submission.id;
  }
}

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
