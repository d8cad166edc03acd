import type { FailedFile, LiveReport, ReplacedReport, VideoReport } from '../domain/report/copy.ts';
import { nextLookAt } from '../domain/next-look.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { hasBit, rangesOfBits } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import { withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Live } from '../domain/live.ts';
import { failureWith } from '../domain/failure.ts';
import { rootKeyOf } from '../domain/revision.ts';
import { acceptances, failedFiles } from './failed-files.ts';
import type { Journal, Publication } from './journal.ts';
import { recordOf, tallyOf } from './tally.ts';
import type { TallyPorts } from './tally.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Ports that a report reads. */
export interface ReportPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** What of URLs is left out of reports. */
  readonly tokenRules: TokenRules;
}

/** Reports on one video. Undefined for an unknown one. */
export async function reportVideo(video: VideoId, ports: ReportPorts): Promise<VideoReport | undefined> {
  const { journal, ledger } = ports;
  const submission = await journal.submission(video);
  const counted = submission && (await countsOf(video, { ledger, journal }));
  if (!counted) return undefined;
  const { record, tally } = counted;
  const header = record.revision === undefined ? undefined : await journal.revision(video, record.revision);
  const playlistKey = header && rootKeyOf(header.documents);
  const { total, done, failed, accepted } = record;
  const publication = await presentPublication(video, record, journal);
  const replaced = publication && reportReplaced(publication);
  const lookAt = nextLookAt(record);
  return {
    id: video,
    ...(submission.title === undefined ? {} : { title: submission.title }),
    playlistUrl: withoutTokens(new URL(submission.playlistUrl), ports.tokenRules).href,
    state: stateOf(record),
    ...(header ? { revision: header.digest } : {}),
    ...(playlistKey === undefined ? {} : { playlistKey }),
    files: { total, done, failed, accepted },
    // The sum over all evidence is slow to read.
    sizeBytes: publication?.sizeBytes ?? (header ? await journal.sizeOf(video, header.digest, doneFiles(counted)) : 0),
    failures: header && tally ? await failuresOf(video, tally, journal) : [],
    external: header?.external ?? [],
    warnings: header?.warnings ?? [],
    ...(replaced ? { replaced } : {}),
    ...(record.invalid ? { invalid: record.invalid } : {}),
    ...(record.live ? { live: reportLive(record.live) } : {}),
    ...(lookAt === undefined ? {} : { nextLookAt: new Date(lookAt).toISOString() }),
  };
}

/** The counts of a video. Without a tally, either all of its files are done or none is. */
interface Counts {
  readonly record: VideoRecord;
  readonly tally?: Tally;
}

/** Reads the tally only where some files are done and others are not: bits can be large, and tell no more otherwise. */
async function countsOf(video: VideoId, ports: TallyPorts): Promise<Counts | undefined> {
  const record = await recordOf(video, ports);
  const isMixed = record !== undefined && (record.failed > 0 || (record.done > 0 && record.done < record.total));
  const tally = isMixed ? await tallyOf(video, ports) : undefined;
  return tally ? { record: tally.record, tally } : record && { record };
}

/**
 * The files that the counts call done. While files are copied, the journal is ahead of the ledger, and it keeps the
 * evidence of files that the source has lost since: its sum over all files would belong to other counts.
 */
function doneFiles({ record, tally }: Counts): IndexRanges {
  if (tally) return rangesOfBits(tally.done, record.total);
  return record.done > 0 ? [[0, record.total]] : [];
}

/** How a report tells of a recording that is not over. */
export function reportLive({ playlists, sameSince }: Pick<Live, 'playlists' | 'sameSince'>): LiveReport {
  return { playlistUrl: playlists.at(-1)?.url ?? '', unchangedSince: new Date(sameSince).toISOString() };
}

/** The publication of the revision that the ledger counts; undefined where another stands at the destination, or none. */
async function presentPublication(
  video: VideoId,
  { revision, published }: VideoRecord,
  journal: Journal,
): Promise<Publication | undefined> {
  if (revision === undefined || published !== revision) return undefined;
  const publication = await journal.publication(video);
  return publication?.revision === revision ? publication : undefined;
}

/** Playlists are kept by caches for a short time only, and need no mention. */
function reportReplaced({ documents, replaced }: Publication): ReplacedReport | undefined {
  if (!replaced) return undefined;
  const names = new Set(documents.map(({ key }) => key));
  const files = replaced.stale.filter((key) => !names.has(key));
  const { invalidated } = replaced;
  if (files.length === 0 && !invalidated) return undefined;
  return { files, ...(invalidated ? { invalidated } : {}) };
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
