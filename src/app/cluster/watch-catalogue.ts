import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue, CatalogueRow, WatchedCatalogue } from '../../catalogue/catalogue.ts';
import { backoffMs } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { failureOf } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import { forEachConcurrently } from '../../domain/waiting/for-each-concurrently.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ServiceHooks } from './role.ts';

const backoff: Backoff = { baseDelayMs: second, maxDelayMs: minute };

/**
 * Many rows are processed at a time, so that a fresh video does not wait behind a thousand rows that changed before it.
 */
const rowsAtATime = 32;

/**
 * Follows each change feed of a catalogue until it is stopped, and opens a feed again when it breaks. The next scan
 * finds changes made in between. Any number of replicas may follow a feed: a row that comes twice changes nothing.
 */
export async function watchCatalogue(
  catalogue: Catalogue,
  onRow: (row: CatalogueRow) => Promise<void>,
  { log }: Pick<ServiceHooks, 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const { parts = [catalogue] } = catalogue;
  await Promise.all(parts.map((part) => followFeed(part, onRow, log, signal)));
}

async function followFeed(
  catalogue: WatchedCatalogue,
  onRow: (row: CatalogueRow) => Promise<void>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  /** Since the last row that came. */
  let breaks = 0;
  while (catalogue.watch && !signal.aborted) {
    try {
      const feed = await catalogue.watch({ signal });
      if (feed.kind === 'unavailable') {
        log.info(`${catalogue.name} has no change feed, so it is only read at intervals: ${feed.reason}`);
        return;
      }
      log.info(`following the change feed of ${catalogue.name}`);
      await forEachConcurrently(feed.rows, { concurrency: rowsAtATime, keyOf: idOf }, (row) => {
        breaks = 0;
        return onRow(row);
      });
    } catch (error) {
      if (signal.aborted) return;
      log.warn(`the change feed of ${catalogue.name} broke off and will be opened again: ${failureOf(error).message}`);
      await sleep(backoffMs(backoff, breaks), undefined, { signal }).catch(() => undefined);
      breaks += 1;
    }
  }
}

function idOf(row: CatalogueRow): string | undefined {
  return row.kind === 'video' ? row.submission.id : row.id;
}
