import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';
import { acceptances, failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
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
 * @throws {FlantsError} `usage` when the video or the file is not there, has not failed, or is named ambiguously
 */
export async function acceptFile(
  request: { readonly video: VideoId; readonly file: string; readonly reason: string; readonly at: string },
  { ledger, journal }: AcceptPorts,
): Promise<string> {
  const tally = await ledger.tally(request.video);
  if (!tally) throw unknownVideo(request.video);
  const failed = await failedFiles(request.video, tally, journal);
  if (failed.length === 0) throw new FlantsError('usage', `the video ${request.video} has no failed file`);
  const exact = failed.filter(({ key }) => key === request.file);
  const matches = exact.length > 0 ? exact : failed.filter(({ key }) => key.endsWith(`/${request.file}`));
  const [match] = matches;
  if (!match || matches.length > 1) {
    const names = (matches.length > 1 ? matches : failed).slice(0, 5).map(({ key }) => key);
    const problem = match
      ? `names ${matches.length} failed files`
      : `is no failed file of ${request.video}; its failed files`;
    throw new FlantsError('usage', `${request.file} ${problem}: ${names.join(', ')}`);
  }
  const { video, at, reason } = request;
  await journal.decide({ type: 'accepted', video, at, key: match.key, reason });
  await applyAcceptances(video, { ledger, journal });
  return match.key;
}

/**
 * Marks the failed files of a video that were accepted before, now or for an earlier revision.
 *
 * @returns how many were newly marked
 */
export async function applyAcceptances(video: VideoId, { ledger, journal }: AcceptPorts): Promise<number> {
  const accepted = new Set((await acceptances(video, journal)).keys());
  if (accepted.size === 0) return 0;
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined) return 0;
  const { record } = tally;
  const files = (await failedFiles(video, tally, journal)).filter(({ key }) => accepted.has(key));
  if (files.length === 0) return 0;
  const applied = await ledger.apply(video, {
    type: 'accept',
    generation: record.generation,
    revision,
    files: files.map(({ index }) => index),
  });
  return applied.result === 'applied' ? applied.record.accepted - record.accepted : 0;
}
