import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import type { Journal } from '../journal/journal.ts';
import { recordOf } from '../journal/tally.ts';
import { restoreAligned } from './restore.ts';
import type { Purged } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant } from './take-effect.ts';
import { unknownVideo } from './unknown-video.ts';

/**
 * Forgets a video that nobody wants any more. It is cancelled first, and stays in the ledger as such until the journal
 * has forgotten it, so that nobody who reads the journal meanwhile takes it up again. One whose purge was cut short is
 * cancelled, or unknown but for decisions: another purge ends it.
 *
 * @throws {FlantsError} `video.state` while it is wanted or worked on
 */
export async function purgeVideo(video: VideoId, ports: ControlPorts): Promise<Purged> {
  const { journal, ledger } = ports;
  const objectsLeft = await objectsOf(video, ports);
  if (await journal.submission(video)) await cancelForGood(video, ports);
  else if (!(await hasDecisions(video, journal))) throw unknownVideo(video);
  await journal.purge(video);
  const left = await ledger.read(video);
  // Where it is claimed after all: whoever claims it finds no submission, and lets go of it.
  if (left) await ledger.retire(video, left.generation);
  return { video, objectsLeft };
}

async function objectsOf(video: VideoId, ports: ControlPorts): Promise<number> {
  const record = await recordOf(video, ports);
  const publication = await ports.journal.publication(video);
  return (record?.done ?? 0) + (publication?.documents.length ?? 0);
}

async function cancelForGood(video: VideoId, ports: ControlPorts): Promise<void> {
  const { journal } = ports;
  const isCancelled = (await currentDecisions(video, journal)).hold === 'cancelled';
  if (!isCancelled && !(await isUnwanted(video, ports))) {
    throw new FlantsError('video.state', `the video ${video} is neither cancelled nor invalid: cancel it first`);
  }
  await assertIdle(video, ports);
  if (!isCancelled) await journal.decide({ type: 'cancelled', video, at: instant(ports) });
  await restoreAligned(video, ports);
  await assertIdle(video, ports);
}

async function isUnwanted(video: VideoId, ports: ControlPorts): Promise<boolean> {
  const record = await recordOf(video, ports);
  return record?.invalid !== undefined || ((await ports.isWithdrawn?.(video)) ?? false);
}

async function assertIdle(video: VideoId, { ledger }: ControlPorts): Promise<void> {
  if ((await ledger.leases(video)).length === 0) return;
  throw new FlantsError('video.state', `work on the video ${video} is under way: ask again in a few minutes`);
}

async function hasDecisions(video: VideoId, journal: Journal): Promise<boolean> {
  for await (const _ of journal.decisions(video)) return true;
  return false;
}
