import { hasBit } from '../domain/bits.ts';
import type { FailureCode, Failure } from '../domain/failure.ts';
import { failureWith } from '../domain/failure.ts';
import type { FailureCause, LibraryStatus } from '../domain/library.ts';
import type { ScanSummary } from '../domain/scan-summary.ts';
import { addToTotals, emptyTotals } from '../domain/totals.ts';
import type { Mutable } from '../domain/totals.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { failedFiles } from '../journal/failed-files.ts';
import { tallyOf } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant } from './take-effect.ts';
import { width } from './list-videos.ts';
import { createRecordCache } from './record-cache.ts';
import type { RecordCache } from './record-cache.ts';
import { readAhead } from '../journal/read-ahead.ts';

/** One thing that failed; without `key`, the whole video. */
interface Trouble {
  readonly key?: string;
  readonly failure: Failure;
}

/**
 * Counts a library on demand. Who asks while somebody's count is young enough, or under way, is answered with that one.
 *
 * @returns takes the greatest age of a count that will do, in milliseconds
 */
export function libraryStatus(ports: ControlPorts): (maxAgeMs: number) => Promise<LibraryStatus> {
  let latest: { readonly at: number; readonly status: Promise<LibraryStatus>; isUnderWay: boolean } | undefined;
  const rest = createRecordCache(ports);
  return (maxAgeMs) => {
    if (latest && (latest.isUnderWay || ports.now() - latest.at < maxAgeMs)) return latest.status;
    const counted = { at: ports.now(), status: count(ports, rest), isUnderWay: true };
    const end = (): void => {
      counted.isUnderWay = false;
    };
    counted.status.then(end, () => {
      latest = undefined;
    });
    latest = counted;
    return counted.status;
  };
}

async function count(ports: ControlPorts, rest: RecordCache): Promise<LibraryStatus> {
  const at = instant(ports);
  const totals = emptyTotals();
  const causes = new Map<FailureCode, Mutable<FailureCause>>();
  const look = async (seen: Recorded): Promise<Recorded & { readonly troubles: readonly Trouble[] }> => ({
    ...seen,
    troubles: await troublesOf(seen, ports),
  });
  for await (const { video, record, troubles } of readAhead(recordedVideos(ports, rest), width, look)) {
    addToTotals(totals, { state: stateOf(record), files: record });
    addTroubles(causes, video, troubles);
  }
  const { destination } = ports;
  const scan = countsOf(await ports.lastScan?.());
  return { format: 1, destination, at, totals, causes: [...causes.values()].toSorted(moreCommonFirst), ...scan };
}

function countsOf(scan: ScanSummary | undefined): Pick<LibraryStatus, 'scan'> {
  if (!scan) return {};
  const { startedAt, rows, taken, refused, withdrawn } = scan;
  return { scan: { startedAt, rows, taken, refused: refused.count, withdrawn: withdrawn.count } };
}

interface Recorded {
  readonly video: VideoId;
  readonly record: VideoRecord;
}

/** Every video with its record, by listings alone for those that rest and are remembered. */
async function* recordedVideos({ journal, ledger }: ControlPorts, rest: RecordCache): AsyncGenerator<Recorded> {
  const underWay = new Map<VideoId, VideoRecord>();
  for await (const { video, record } of ledger.videos()) underWay.set(video, record);
  for (const isPublished of [true, false]) {
    const look = async (video: VideoId): Promise<Recorded | undefined> => {
      const record = underWay.get(video) ?? (await rest.read(video, isPublished));
      return record && { video, record };
    };
    const listing = isPublished ? journal.published() : journal.unpublished();
    for await (const recorded of readAhead(listing, width, look)) if (recorded) yield recorded;
  }
}

async function troublesOf({ video, record }: Recorded, ports: ControlPorts): Promise<readonly Trouble[]> {
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

function addTroubles(causes: Map<FailureCode, Mutable<FailureCause>>, video: VideoId, found: readonly Trouble[]): void {
  for (const { key, failure } of found) {
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
  for (const code of new Set(found.map(({ failure }) => failure.code))) {
    const cause = causes.get(code);
    if (cause) cause.videos += 1;
  }
}

function moreCommonFirst(a: FailureCause, b: FailureCause): number {
  return b.files - a.files || b.videos - a.videos || (a.code < b.code ? -1 : 1);
}
