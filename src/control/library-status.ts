import type { FailureCode } from '../domain/failure.ts';
import type { FailureCause, LibraryStatus } from '../domain/report/library-status.ts';
import { refusedExample as exampleOf } from '../domain/report/scan-summary.ts';
import type { ScanSummary } from '../domain/report/scan-summary.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import type { Mutable } from '../domain/report/totals.ts';
import { stateOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { addCauses, failedItemsOf, moreCommonFirst } from '../journal/failure-causes.ts';
import type { FailedItem } from '../journal/failure-causes.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp } from './apply-decision.ts';
import { maxConcurrentReads } from './list-videos.ts';
import { createRecordCache } from '../journal/record-cache.ts';
import type { RecordCache } from '../journal/record-cache.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';

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
    failed: await failedItemsOf(entry.video, entry.record, ports),
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
  const scanFailed = await ports.failedScan?.();
  const functions = await ports.functionCost?.();
  const budget = await ports.budget?.();
  const halted = (await ports.halted?.()) ?? [];
  return {
    format: 1,
    destination,
    at,
    totals,
    causes: [...causes.values()].toSorted(moreCommonFirst),
    ...scan,
    ...(scanFailed ? { scanFailed } : {}),
    ...(functions ? { functions } : {}),
    ...(budget ? { budget } : {}),
    ...(halted.length > 0 ? { halted } : {}),
  };
}

function countsOf(scan: ScanSummary | undefined): Pick<LibraryStatus, 'scan'> {
  if (!scan) return {};
  const { startedAt, rows, taken, refused, warnings, withdrawn } = scan;
  const counts = { refused: refused.count, warnings: warnings?.count ?? 0, withdrawn: withdrawn.count };
  const refusedExample = exampleOf(scan);
  return { scan: { startedAt, rows, taken, ...counts, ...(refusedExample ? { refusedExample } : {}) } };
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
  const unpublished = new Set<VideoId>();
  // In this order, one that is published meanwhile is in both listings. In the other it would be in neither.
  for (const isPublished of [false, true]) {
    const read = async (video: VideoId): Promise<VideoEntry | undefined> => {
      if (isPublished && unpublished.has(video)) return undefined;
      if (!isPublished) unpublished.add(video);
      const record = inLedger.get(video) ?? (await cache.read(video, isPublished));
      return record && { video, record };
    };
    const listing = isPublished ? journal.published() : journal.unpublished();
    for await (const entry of readAhead(listing, maxConcurrentReads, read)) if (entry) yield entry;
  }
}
