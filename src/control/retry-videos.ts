import type { VideoId } from '../domain/video.ts';
import { recordOf } from '../journal/tally.ts';
import { restore } from './restore.ts';
import type { Retried, RetryRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { seenVideos, width } from './list-videos.ts';
import { readAhead } from '../journal/read-ahead.ts';
import { retryVideo } from './retry.ts';
import { unknownVideo } from './unknown-video.ts';

/** Gives what failed another chance, in some videos or in all of them. */
export async function retryVideos({ videos = [], failedBy }: RetryRequest, ports: ControlPorts): Promise<Retried> {
  const retry = async (video: VideoId): Promise<number | undefined> => {
    // One that is at rest may have gone out without some of its files.
    await restore(video, ports);
    const { files, wasInvalid } = await retryVideo(video, failedBy, ports);
    if (files === 0 && !wasInvalid) return undefined;
    await ports.takeNextStep(video);
    return files;
  };
  let [reopened, retried] = [0, 0];
  for await (const files of readAhead(videos.length > 0 ? failing(videos, ports) : allFailing(ports), width, retry)) {
    if (files === undefined) continue;
    reopened += files;
    retried += 1;
  }
  return { reopened, videos: retried };
}

async function* failing(videos: readonly VideoId[], ports: ControlPorts): AsyncGenerator<VideoId> {
  const records = await Promise.all(videos.map(async (video) => [video, await recordOf(video, ports)] as const));
  const unknown = records.find(([, record]) => !record);
  if (unknown) throw unknownVideo(unknown[0]);
  for (const [video, record] of records) if (record?.invalid || record?.failed) yield video;
}

async function* allFailing(ports: ControlPorts): AsyncGenerator<VideoId> {
  for await (const { submission, record } of seenVideos(ports)) {
    if (record.invalid || record.failed > 0) yield submission.id;
  }
}
