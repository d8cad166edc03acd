import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Reads a video's record. If the ledger does not have the video, it is restored from the journal first.
 *
 * @throws {FlantsError} `video.unknown` when the video was never submitted
 */
export async function restore(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await restoreVideo(video, ports);
  if (!record) throw unknownVideo(video);
  return record;
}

/**
 * Like `restore`, and also aligns hold and priority with the journal's decisions (`alignWithDecisions`).
 *
 * @throws {FlantsError} `video.unknown` when the video was never submitted
 */
export async function restoreAligned(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await alignWithDecisions(video, ports, () => restoreVideo(video, ports));
  if (!record) throw unknownVideo(video);
  return record;
}
