import { FlantsError } from '../domain/failure.ts';
import { formatCounted } from '../domain/report/amount-text.ts';
import { openCountOf } from '../domain/video.ts';
import type { VideoId } from '../domain/video.ts';
import { applyAcceptances } from '../journal/align.ts';
import { failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import { tallyOf } from '../journal/tally.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { applyDecision, timestamp } from './apply-decision.ts';
import type { ControlPorts } from './control-ports.ts';
import type { Accepted, AcceptRequest } from './requests.ts';
import { restore } from './restore.ts';
import { unknownVideo } from './unknown-video.ts';

/** Ports for accepting a failed file. */
export interface AcceptPorts {
  readonly ledger: Ledger;
  readonly journal: Journal;
}

/**
 * Decides that a video may be published without one of its failed files, because the source lacks it too. The decision
 * is stored, and also holds for later revisions in which the same file fails.
 *
 * @param file - the file's key, or its end after a `/` if that names a single failed file
 * @returns the file's key
 * @throws {FlantsError} `video.unknown`; `video.state` when no such file has failed; `usage` when several have
 */
export async function acceptFile(
  {
    video,
    file,
    reason,
    at,
  }: {
    readonly video: VideoId;
    readonly file: string;
    readonly reason: string;
    readonly at: string;
  },
  { ledger, journal }: AcceptPorts,
): Promise<string> {
  const key = await failedFileNamed(file, video, { ledger, journal });
  await journal.decide({ type: 'accepted', video, at, key, reason });
  await applyAcceptances(video, { ledger, journal });
  return key;
}

/** Allows a video to be published without one of its failed files. */
export async function acceptVideo({ video, file, reason }: AcceptRequest, ports: ControlPorts): Promise<Accepted> {
  const key = await failedFileNamed(file, video, ports);
  await ports.journal.decide({ type: 'accepted', video, at: timestamp(ports), key, reason });
  const decided = await applyDecision(video, ports, async () => {
    await restore(video, ports);
    await applyAcceptances(video, ports);
    await ports.takeNextStep(video);
  });
  return { ...decided, key };
}

/**
 * Finds the key of the failed file that a person named.
 *
 * @param file - the file's key, or its end after a `/`
 * @throws {FlantsError} as `acceptFile`
 */
export async function failedFileNamed(file: string, video: VideoId, ports: AcceptPorts): Promise<string> {
  const tally = await tallyOf(video, ports);
  if (!tally) throw unknownVideo(video);
  const failed = await failedFiles(video, tally, ports.journal);
  if (failed.length === 0) {
    const open = openCountOf(tally.record);
    const others =
      open > 0 ? `; ${formatCounted(open, 'file')} of it ${open === 1 ? 'is' : 'are'} still to be copied` : '';
    throw new FlantsError('video.state', `the video ${video} has no failed file${others}`);
  }
  const exact = failed.filter(({ key }) => key === file);
  const matches = exact.length > 0 ? exact : failed.filter(({ key }) => key.endsWith(`/${file}`));
  const [match] = matches;
  if (match && matches.length === 1) return match.key;
  const names = (match ? matches : failed).slice(0, 5).map(({ key }) => key);
  if (match) throw new FlantsError('usage', `${file} names ${matches.length} failed files: ${names.join(', ')}`);
  // It may have failed a moment ago.
  throw new FlantsError('video.state', `${file} is no failed file of ${video}; its failed files: ${names.join(', ')}`);
}
