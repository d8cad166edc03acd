import type { VideoId } from '../domain/video.ts';
import { recordOf } from '../journal/tally.ts';
import { restore } from './restore.ts';
import type { Retried, RetryRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { submittedVideos, maxConcurrentReads } from './list-videos.ts';
import { readAhead } from '../journal/read-ahead.ts';
import { retryVideo } from './retry.ts';
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
