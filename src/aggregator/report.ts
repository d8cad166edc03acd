import type { FailedFile, VideoReport } from '../domain/report.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId } from '../domain/video.ts';
import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import { withoutTokens } from '../domain/destination-key.ts';
import { failureWith } from '../domain/failure.ts';
import { rootKeyOf } from '../domain/revision.ts';
import { acceptances, failedFiles } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What reports are made from. */
export interface ReportPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** Lower case; what of a URL's query is left out of reports. */
  readonly tokenParameters: readonly string[];
}

/** What is known of one video; undefined for an unknown one. */
export async function reportVideo(video: VideoId, ports: ReportPorts): Promise<VideoReport | undefined> {
  const { journal, ledger } = ports;
  const tally = await ledger.tally(video);
  const submission = await journal.submission(video);
  if (!tally || !submission) return undefined;
  const { record } = tally;
  const header = record.revision === undefined ? undefined : await journal.revision(video, record.revision);
  const playlistKey = header && rootKeyOf(header.documents);
  const { total, done, failed, accepted } = record;
  return {
    id: video,
    ...(submission.title === undefined ? {} : { title: submission.title }),
    playlistUrl: withoutTokens(new URL(submission.playlistUrl), ports.tokenParameters).href,
    state: stateOf(record),
    ...(header ? { revision: header.digest } : {}),
    ...(playlistKey === undefined ? {} : { playlistKey }),
    files: { total, done, failed, accepted },
    sizeBytes: header ? await journal.sizeOf(video, header.digest) : 0,
    failures: header ? await failuresOf(video, tally, journal) : [],
    external: header?.external ?? [],
    warnings: header?.warnings ?? [],
    ...(record.invalid ? { invalid: record.invalid } : {}),
  };
}

async function failuresOf(video: VideoId, tally: Tally, journal: Journal): Promise<FailedFile[]> {
  if (tally.record.failed === 0) return [];
  const failures = await journal.failures(video);
  const reasons = await acceptances(video, journal);
  return (await failedFiles(video, tally, journal)).map(({ index, key, url }) => {
    const known = failures.get(key);
    const reason = hasBit(tally.accepted, index) ? reasons.get(key) : undefined;
    return {
      key,
      url,
      failure: known?.failure ?? failureWith('internal', 'the journal has no failure for this file'),
      tries: known?.tries ?? 0,
      ...(reason === undefined ? {} : { acceptedBecause: reason }),
    };
  });
}
