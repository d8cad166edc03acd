import { withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { VideoSummary } from '../domain/report/library-status.ts';
import { stateOf } from '../domain/video.ts';
import type { Submission, VideoId, VideoRecord } from '../domain/video.ts';
import { recordOf } from '../journal/tally.ts';
import type { VideosQuery } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';

/** Videos read concurrently, so that 20,000 in a distant journal are listed in seconds. */
export const maxConcurrentReads = 32;

/** A submitted video and its record. */
export interface SubmittedVideo {
  readonly submission: Submission;
  readonly record: VideoRecord;
}

/** Iterates over all videos in the journal's order. */
export async function* submittedVideos(ports: ControlPorts, after?: VideoId): AsyncGenerator<SubmittedVideo> {
  const { journal, ledger, isFresh } = ports;
  const read = async (submission: Submission): Promise<SubmittedVideo | undefined> => {
    const record = await recordOf(submission.id, { ledger, journal }, isFresh?.(submission));
    return record && { submission, record };
  };
  for await (const video of readAhead(journal.submissions(after), maxConcurrentReads, read)) {
    // Undefined if it was purged meanwhile.
    if (video) yield video;
  }
}

/** Lists videos in the journal's order. */
export async function* listVideos(
  { states, after, limit = Number.POSITIVE_INFINITY, signal }: VideosQuery,
  ports: ControlPorts,
): AsyncGenerator<VideoSummary> {
  if (limit <= 0) return;
  const tokenRules = await ports.tokenRules();
  let listed = 0;
  for await (const video of submittedVideos(ports, after)) {
    if (signal?.aborted) return;
    const summary = summaryOf(video, tokenRules);
    if (states && !states.includes(summary.state)) continue;
    yield summary;
    listed += 1;
    if (listed >= limit) return;
  }
}

function summaryOf({ submission, record }: SubmittedVideo, tokenRules: TokenRules): VideoSummary {
  const { id, title, playlistUrl, recordedAt } = submission;
  const { total, done, failed, accepted, fresh, invalid } = record;
  return {
    id,
    ...(title === undefined ? {} : { title }),
    playlistUrl: withoutTokens(new URL(playlistUrl), tokenRules).href,
    ...(recordedAt === undefined ? {} : { recordedAt }),
    state: stateOf(record),
    files: { total, done, failed, accepted },
    ...(fresh ? { fresh } : {}),
    ...(invalid ? { invalid } : {}),
  };
}
