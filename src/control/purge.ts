import { FlantsError } from '../domain/failure.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { recordOf } from '../journal/tally-of.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Purged } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { knownSubmission } from './decided.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Forgets a video that nobody wants any more.
 *
 * @throws {FlantsError} `video.state` while it is wanted or worked on
 */
export async function purgeVideo(video: VideoId, ports: ControlPorts): Promise<Purged> {
  const { journal, ledger } = ports;
  await knownSubmission(video, journal);
  const record = await recordOf(video, ports);
  if (!record) throw unknownVideo(video);
  await assertUnwanted(video, record, ports);
  const publication = await journal.publication(video);
  await letGo(video, ledger);
  await journal.purge(video);
  // Whoever read the journal just before may have brought it back.
  await letGo(video, ledger);
  return { video, objectsLeft: record.done + (publication?.documents.length ?? 0) };
}

async function letGo(video: VideoId, ledger: Ledger): Promise<void> {
  const present = await ledger.read(video);
  if (!present || (await ledger.retire(video, present.generation))) return;
  throw new FlantsError('video.state', `work on the video ${video} is under way: ask again in a few minutes`);
}

async function assertUnwanted(
  video: VideoId,
  record: VideoRecord,
  { isWithdrawn }: Pick<ControlPorts, 'isWithdrawn'>,
): Promise<void> {
  if (record.hold === 'cancelled' || record.invalid || (await isWithdrawn?.(video))) return;
  throw new FlantsError('video.state', `the video ${video} is neither cancelled nor invalid: cancel it first`);
}
