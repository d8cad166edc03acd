import { FlantsError } from '../domain/failure.ts';
import { rangesOfBits } from '../domain/bits.ts';
import { subtract } from '../domain/index-ranges.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import type { Journal } from '../journal/journal.ts';
import { recordOf, tallyOf } from '../journal/tally.ts';
import { restoreAligned } from './restore.ts';
import type { Purged } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp } from './apply-decision.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Deletes the record of a video that is no longer wanted. The video is cancelled first and stays cancelled in the
 * ledger until it is gone from the journal, so that no process that reads the journal meanwhile admits it again. After
 * a crash the video is cancelled, or only some of its decisions are left. Purging it again completes the job.
 *
 * @throws {FlantsError} `video.state` while the video is wanted or has work in progress
 */
export async function purgeVideo(video: VideoId, ports: ControlPorts): Promise<Purged> {
  const { journal, ledger } = ports;
  const objectsLeft = await objectsOf(video, ports);
  if (await journal.submission(video)) await cancelForGood(video, ports);
  else if (!(await hasDecisions(video, journal))) throw unknownVideo(video);
  await journal.purge(video);
  const left = await ledger.read(video);
  // A worker may still have claimed the video. It will find no submission and give up.
  if (left) await ledger.retire(video, left.generation);
  return { video, objectsLeft };
}

/** Of the plan in force, and of the one that was published last. */
async function objectsOf(video: VideoId, ports: ControlPorts): Promise<number> {
  const { journal } = ports;
  const publication = await journal.publication(video);
  const record = await recordOf(video, ports);
  const documents = publication?.documents.length ?? 0;
  if (!publication || record?.revision === publication.revision) return (record?.done ?? 0) + documents;
  const keys = new Set<string>();
  const add = async (revision: RevisionDigest, there: IndexRanges): Promise<void> => {
    for (const { file } of await journal.files(video, revision, there)) keys.add(file.key);
  };
  await add(publication.revision, subtract([[0, publication.total]], publication.accepted));
  const tally = await tallyOf(video, ports);
  if (tally?.record.revision !== undefined)
    await add(tally.record.revision, rangesOfBits(tally.done, tally.record.total));
  return keys.size + documents;
}

async function cancelForGood(video: VideoId, ports: ControlPorts): Promise<void> {
  const { journal } = ports;
  const isCancelled = (await currentDecisions(video, journal)).hold === 'cancelled';
  if (!isCancelled && !(await isUnwanted(video, ports))) {
    throw new FlantsError('video.state', `the video ${video} is neither cancelled nor invalid: cancel it first`);
  }
  await assertIdle(video, ports);
  if (!isCancelled) await journal.decide({ type: 'cancelled', video, at: timestamp(ports) });
  await restoreAligned(video, ports);
  await assertIdle(video, ports);
}

async function isUnwanted(video: VideoId, ports: ControlPorts): Promise<boolean> {
  const record = await recordOf(video, ports);
  return record?.invalid !== undefined || ((await ports.isWithdrawn?.(video)) ?? false);
}

async function assertIdle(video: VideoId, { ledger }: ControlPorts): Promise<void> {
  if ((await ledger.leases(video)).length === 0) return;
  throw new FlantsError('video.state', `work on the video ${video} is still under way: try again in a few minutes`);
}

async function hasDecisions(video: VideoId, journal: Journal): Promise<boolean> {
  for await (const _ of journal.decisions(video)) return true;
  return false;
}
