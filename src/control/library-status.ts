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
import { timestamp } from './apply-decision.ts';
import { maxConcurrentReads } from './list-videos.ts';
import { createRecordCache } from './record-cache.ts';
import type { RecordCache } from './record-cache.ts';
import { readAhead } from '../journal/read-ahead.ts';

/** A failure of a file or, without `key`, of the whole video. */
interface FailedItem {
  readonly key?: string;
  readonly failure: Failure;
}

/**
 * Creates a function that counts a library on demand. A count that is in progress, or young enough, is shared.
 *
 * @returns a function that takes the maximum age of a shared count in milliseconds
 */
export function libraryStatus(ports: ControlPorts): (maxAgeMs: number) => Promise<LibraryStatus> {
  let latest: { readonly startedAt: number; readonly status: Promise<LibraryStatus>; isRunning: boolean } | undefined;
  const cache = createRecordCache(ports);
  return (maxAgeMs) => {
    if (latest && (latest.isRunning || ports.now() - latest.startedAt < maxAgeMs)) return latest.status;
    const counted = { startedAt: ports.now(), status: count(ports, cache), isRunning: true };
    const end = (): void => {
      counted.isRunning = false;
    };
    counted.status.then(end, () => {
      latest = undefined;
    });
    latest = counted;
    return counted.status;
  };
}

async function count(ports: ControlPorts, cache: RecordCache): Promise<LibraryStatus> {
  const at = timestamp(ports);
  const totals = emptyTotals();
  const causes = new Map<FailureCode, Mutable<FailureCause>>();
  const withFailures = async (entry: VideoEntry): Promise<VideoEntry & { readonly failed: readonly FailedItem[] }> => ({
    ...entry,
    failed: await failedItemsOf(entry, ports),
  });
  for await (const { video, record, failed } of readAhead(
    videoEntries(ports, cache),
    maxConcurrentReads,
    withFailures,
  )) {
    addToTotals(totals, { state: stateOf(record), files: record });
    addCauses(causes, video, failed);
  }
  const { destination } = ports;
  const scan = countsOf(await ports.lastScan?.());
  return { format: 1, destination, at, totals, causes: [...causes.values()].toSorted(moreCommonFirst), ...scan };
}

function countsOf(scan: ScanSummary | undefined): Pick<LibraryStatus, 'scan'> {
  if (!scan) return {};
  const { startedAt, rows, taken, refused, warnings, withdrawn } = scan;
  const counts = { refused: refused.count, warnings: warnings?.count ?? 0, withdrawn: withdrawn.count };
  return { scan: { startedAt, rows, taken, ...counts } };
}

interface VideoEntry {
  readonly video: VideoId;
  readonly record: VideoRecord;
}

/**
 * Every video with its record. Videos that are neither in progress nor changed cost no more than their listing
 * (`RecordCache`).
 */
async function* videoEntries({ journal, ledger }: ControlPorts, cache: RecordCache): AsyncGenerator<VideoEntry> {
  const inLedger = new Map<VideoId, VideoRecord>();
  for await (const { video, record } of ledger.videos()) inLedger.set(video, record);
  for (const isPublished of [true, false]) {
    const read = async (video: VideoId): Promise<VideoEntry | undefined> => {
      const record = inLedger.get(video) ?? (await cache.read(video, isPublished));
      return record && { video, record };
    };
    const listing = isPublished ? journal.published() : journal.unpublished();
    for await (const entry of readAhead(listing, maxConcurrentReads, read)) if (entry) yield entry;
  }
}

async function failedItemsOf({ video, record }: VideoEntry, ports: ControlPorts): Promise<readonly FailedItem[]> {
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

function addCauses(
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

function moreCommonFirst(a: FailureCause, b: FailureCause): number {
  return b.files - a.files || b.videos - a.videos || (a.code < b.code ? -1 : 1);
}
