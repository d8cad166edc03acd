import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';
import { applyAcceptances } from '../journal/align.ts';
import { failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import { tallyOf } from '../journal/tally.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { unknownVideo } from './unknown-video.ts';

/** What accepting needs. */
export interface AcceptPorts {
  readonly ledger: Ledger;
  readonly journal: Journal;
}

/**
 * Decides that a video goes out without one of its failed files: a defect that the source has too.
 * The decision is kept, and holds for later revisions that fail in the same file.
 *
 * @param file - the file's key, or the end of it from a `/` on, as long as it names one failed file only
 * @returns the file's key
 * @throws {FlantsError} `video.unknown`; `video.state` when no file has failed; `usage` when the file is not there, has
 *   not failed, or is named ambiguously
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

/**
 * The key of the failed file that a person means.
 *
 * @param file - its key, or the end of it from a `/` on
 * @throws {FlantsError} as `acceptFile`
 */
export async function failedFileNamed(file: string, video: VideoId, ports: AcceptPorts): Promise<string> {
  const tally = await tallyOf(video, ports);
  if (!tally) throw unknownVideo(video);
  const failed = await failedFiles(video, tally, ports.journal);
  if (failed.length === 0) throw new FlantsError('video.state', `the video ${video} has no failed file`);
  const exact = failed.filter(({ key }) => key === file);
  const matches = exact.length > 0 ? exact : failed.filter(({ key }) => key.endsWith(`/${file}`));
  const [match] = matches;
  if (match && matches.length === 1) return match.key;
  const names = (match ? matches : failed).slice(0, 5).map(({ key }) => key);
  const problem = match ? `names ${matches.length} failed files` : `is no failed file of ${video}; its failed files`;
  throw new FlantsError('usage', `${file} ${problem}: ${names.join(', ')}`);
}
