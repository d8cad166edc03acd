import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Reads a video's record, restoring the video from the journal if the ledger does not hold it.
 *
 * @throws {FlantsError} `video.unknown` when it was never submitted
 */
export async function restore(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await restoreVideo(video, ports);
  if (!record) throw unknownVideo(video);
  return record;
}

/**
 * The same, with hold and priority aligned with the journal's decisions (`alignWithDecisions`).
 *
 * @throws {FlantsError} `video.unknown` when it was never submitted
 */
export async function restoreAligned(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await alignWithDecisions(video, ports, () => restoreVideo(video, ports));
  if (!record) throw unknownVideo(video);
  return record;
}
