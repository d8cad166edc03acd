import { withoutTokens } from '../domain/destination-key.ts';
import type { VideoSummary } from '../domain/library.ts';
import { stateOf } from '../domain/video.ts';
import type { Submission, VideoId, VideoRecord } from '../domain/video.ts';
import { recordOf } from '../journal/tally.ts';
import type { VideosQuery } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { readAhead } from '../journal/read-ahead.ts';

/** Videos looked at side by side: 20,000 in a far journal are listed in seconds. */
export const width = 32;

/** A video that was submitted, and how far it has come. */
export interface Seen {
  readonly submission: Submission;
  readonly record: VideoRecord;
}

/** Every video in the journal's order, with its record. */
export async function* seenVideos(ports: ControlPorts, after?: VideoId): AsyncGenerator<Seen> {
  const { journal, ledger, isFresh } = ports;
  const look = async (submission: Submission): Promise<Seen | undefined> => {
    const record = await recordOf(submission.id, { ledger, journal }, isFresh?.(submission));
    return record && { submission, record };
  };
  for await (const seen of readAhead(journal.submissions(after), width, look)) {
    // Purged meanwhile.
    if (seen) yield seen;
  }
}

/** Lists videos in the journal's order. */
export async function* listVideos(
  { states, after, limit = Number.POSITIVE_INFINITY }: VideosQuery,
  ports: ControlPorts,
): AsyncGenerator<VideoSummary> {
  if (limit <= 0) return;
  const tokenParameters = await ports.tokenParameters();
  let listed = 0;
  for await (const seen of seenVideos(ports, after)) {
    const summary = summaryOf(seen, tokenParameters);
    if (states && !states.includes(summary.state)) continue;
    yield summary;
    listed += 1;
    if (listed >= limit) return;
  }
}

function summaryOf({ submission, record }: Seen, tokenParameters: readonly string[]): VideoSummary {
  const { id, title, playlistUrl, recordedAt } = submission;
  const { total, done, failed, accepted, fresh, invalid } = record;
  return {
    id,
    ...(title === undefined ? {} : { title }),
    playlistUrl: withoutTokens(new URL(playlistUrl), tokenParameters).href,
    ...(recordedAt === undefined ? {} : { recordedAt }),
    state: stateOf(record),
    files: { total, done, failed, accepted },
    ...(fresh ? { fresh } : {}),
    ...(invalid ? { invalid } : {}),
  };
}
