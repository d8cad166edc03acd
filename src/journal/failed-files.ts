import { rangesOfBits } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from './journal.ts';

/** A file of the present revision that failed for good. */
export interface FailedPlace {
  readonly index: number;
  readonly key: string;
  readonly url: string;
}

/** Files of the present revision that have failed for good, accepted or not, in playing order. */
export async function failedFiles(
  video: VideoId,
  { record, failed }: Tally,
  journal: Journal,
): Promise<readonly FailedPlace[]> {
  if (record.revision === undefined || record.failed === 0) return [];
  const ranges = rangesOfBits(failed, record.total);
  const files = await journal.files(video, record.revision, ranges);
  return files.map(({ index, file: { key, url } }) => ({ index, key, url }));
}

/** Accepted keys of a video, with the reason of each. */
export async function acceptances(video: VideoId, journal: Journal): Promise<ReadonlyMap<string, string>> {
  const reasons = new Map<string, string>();
  for await (const decision of journal.decisions(video)) {
    if (decision.type === 'accepted') reasons.set(decision.key, decision.reason);
  }
  return reasons;
}
