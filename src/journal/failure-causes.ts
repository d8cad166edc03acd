import { hasBit } from '../domain/bits.ts';
import { failureWith } from '../domain/failure.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';
import type { FailureCause } from '../domain/report/library-status.ts';
import type { Mutable } from '../domain/report/totals.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { failedFiles } from './failed-files.ts';
import { tallyOf } from './tally.ts';
import type { TallyPorts } from './tally.ts';

/** A failure of a file or, without `key`, of the whole video. */
export interface FailedItem {
  readonly key?: string;
  readonly failure: Failure;
}

/** What failed of a video and was not accepted. */
export async function failedItemsOf(
  video: VideoId,
  record: VideoRecord,
  ports: TallyPorts,
): Promise<readonly FailedItem[]> {
  if (record.invalid) return [{ failure: record.invalid }];
  if (record.failed <= record.accepted) return [];
  const tally = await tallyOf(video, ports);
  if (!tally) return [];
  const failures = await ports.journal.failures(video);
  const failed = await failedFiles(video, tally, ports.journal);
  return failed
    .filter(({ index }) => !hasBit(tally.accepted, index))
    .map(({ key }) => ({
      key,
      failure: failures.get(key)?.failure ?? failureWith('internal', 'the journal has no failure for this file'),
    }));
}

/** Adds what failed of one video to the causes. */
export function addCauses(
  causes: Map<FailureCode, Mutable<FailureCause>>,
  video: VideoId,
  failed: readonly FailedItem[],
): void {
  for (const { key, failure } of failed) {
    const { code } = failure;
    const cause = causes.get(code) ?? {
      code,
      files: 0,
      videos: 0,
      example: { video, failure, ...(key === undefined ? {} : { key }) },
    };
    if (key !== undefined) cause.files += 1;
    causes.set(code, cause);
  }
  for (const code of new Set(failed.map(({ failure }) => failure.code))) {
    const cause = causes.get(code);
    if (cause) cause.videos += 1;
  }
}

/** The order in which causes are told. */
export function moreCommonFirst(a: FailureCause, b: FailureCause): number {
  return b.files - a.files || b.videos - a.videos || (a.code < b.code ? -1 : 1);
}
