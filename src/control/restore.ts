import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions } from '../journal/align.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * A video's record, brought into the ledger with all that the journal tells where it was not there.
 *
 * @throws {FlantsError} `video.unknown` when it was never submitted
 */
export async function recall(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await restoreVideo(video, ports);
  if (!record) throw unknownVideo(video);
  return record;
}

/**
 * The same, with hold and priority as the journal says they were decided (`alignWithDecisions`).
 *
 * @throws {FlantsError} `video.unknown` when it was never submitted
 */
export async function restoreAligned(video: VideoId, ports: RestorePorts): Promise<VideoRecord> {
  const record = await alignWithDecisions(video, ports, () => restoreVideo(video, ports));
  if (!record) throw unknownVideo(video);
  return record;
}
