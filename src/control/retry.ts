import { FlantsError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Generation, VideoId, VideoRecord } from '../domain/video.ts';
import { failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { cancelledVideo } from './apply-decision.ts';
import { reopenFiles } from './reopen.ts';
import { recordOf } from '../journal/tally.ts';
import { restore } from './restore.ts';
import type { Retried, RetryRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { submittedVideos, maxConcurrentReads } from './list-videos.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import { unknownVideo } from './unknown-video.ts';

/** How often one is restored that others let go of meanwhile, as whoever concludes a published video does. */
const maxAttempts = 5;

/**
 * Retries the failed files of some videos, or of all that are not cancelled. Invalid videos are crawled again.
 *
 * @throws {FlantsError} `video.unknown`, or `video.state` when a named video is cancelled; nothing is changed then
 */
export async function retryVideos({ videos = [], failedBy }: RetryRequest, ports: ControlPorts): Promise<Retried> {
  const retry = async (video: VideoId): Promise<{ readonly files: number; readonly isPaused: boolean } | undefined> => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // A video that was published without accepted files is in the journal only.
      const { hold } = await restore(video, ports);
      const made = await retryVideo(video, failedBy, ports);
      if (!made) continue;
      if (made.files === 0 && !made.wasInvalid) return undefined;
      await ports.takeNextStep(video);
      return { files: made.files, isPaused: hold === 'paused' };
    }
    throw new FlantsError('video.state', `the video ${video} changed each time it was about to be retried: try again`);
  };
  let [reopened, retried, paused] = [0, 0, 0];
  for await (const made of readAhead(
    videos.length > 0 ? await failedAmong(videos, ports) : allFailed(ports),
    maxConcurrentReads,
    retry,
  )) {
    if (!made) continue;
    reopened += made.files;
    retried += 1;
    if (made.isPaused) paused += 1;
  }
  return { reopened, videos: retried, ...(paused > 0 ? { paused } : {}) };
}

async function failedAmong(videos: readonly VideoId[], ports: ControlPorts): Promise<readonly VideoId[]> {
  const failed: VideoId[] = [];
  const read = async (video: VideoId): Promise<readonly [VideoId, VideoRecord | undefined]> => [
    video,
    await recordOf(video, ports),
  ];
  for await (const [video, record] of readAhead(new Set(videos), maxConcurrentReads, read)) {
    if (!record) throw unknownVideo(video);
    if (record.hold === 'cancelled') throw cancelledVideo(video);
    if (hasFailed(record)) failed.push(video);
  }
  return failed;
}

async function* allFailed(ports: ControlPorts): AsyncGenerator<VideoId> {
  for await (const { submission, record } of submittedVideos(ports)) {
    if (record.hold !== 'cancelled' && hasFailed(record)) yield submission.id;
  }
}

function hasFailed({ invalid, failed }: VideoRecord): boolean {
  return invalid !== undefined || failed > 0;
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
 * @returns undefined if another process registered or retired the video meanwhile
 */
export async function retryVideo(
  video: VideoId,
  failedBy: FailureCode | undefined,
  { ledger, journal, newGeneration }: RetryPorts,
): Promise<{ readonly files: number; readonly wasInvalid: boolean } | undefined> {
  const tally = await ledger.tally(video);
  if (!tally) return undefined;
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
  return reopened === files.length ? { files: reopened, wasInvalid: false } : undefined;
}
