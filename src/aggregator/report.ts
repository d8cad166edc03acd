import type { FailedFile, VideoReport } from '../domain/report.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId } from '../domain/video.ts';
import { hasBit, rangesWhere } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import { withoutTokens } from '../domain/destination-key.ts';
import { failureWith } from '../domain/failure.ts';
import type { RevisionHeader } from '../domain/revision.ts';
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
  const { total, done, failed, accepted } = record;
  return {
    id: video,
    ...(submission.title === undefined ? {} : { title: submission.title }),
    playlistUrl: withoutTokens(new URL(submission.playlistUrl), ports.tokenParameters).href,
    state: stateOf(record),
    ...(header ? { revision: header.digest, ...rootKeyOf(header) } : {}),
    files: { total, done, failed, accepted },
    sizeBytes: header ? await journal.sizeOf(video, header.digest) : 0,
    failures: header ? await failuresOf(video, tally, header, journal) : [],
    external: header?.external ?? [],
    warnings: header?.warnings ?? [],
    ...(record.invalid ? { invalid: record.invalid } : {}),
  };
}

/** Documents are in publishing order: the one a player begins with is last. */
function rootKeyOf(header: RevisionHeader): { playlistKey?: string } {
  const root = header.documents.findLast(({ role }) => role !== 'data');
  return root ? { playlistKey: root.key } : {};
}

async function failuresOf(
  video: VideoId,
  tally: Tally,
  header: RevisionHeader,
  journal: Journal,
): Promise<FailedFile[]> {
  if (tally.record.failed === 0) return [];
  const failures = await journal.failures(video);
  const reasons = new Map<string, string>();
  for await (const decision of journal.decisions(video)) {
    if (decision.type === 'accepted') reasons.set(decision.key, decision.reason);
  }
  const failed = await journal.files(
    video,
    header.digest,
    rangesWhere(header.total, (index) => hasBit(tally.failed, index)),
  );
  return failed.map(({ index, file: { key, url } }) => {
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
