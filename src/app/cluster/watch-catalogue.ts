import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue, CatalogueRow } from '../../catalogue/catalogue.ts';
import { failureOf } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import { eachAtOnce } from '../../scanner/each-at-once.ts';
import type { ServiceHooks } from './role.ts';

const pauses = { firstMs: second, lastMs: minute };

/** Many at a time, so that one that is fresh does not wait behind a thousand others that were changed before it. */
const rowsAtATime = 32;

/**
 * Follows the changes of a catalogue until it is stopped, opening the feed again when it breaks; what happens while it
 * is broken is found by the next scan. Every replica may do so: a row that comes twice changes nothing.
 */
export async function watchCatalogue(
  catalogue: Catalogue,
  onRow: (row: CatalogueRow) => Promise<void>,
  { log }: ServiceHooks,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = pauses.firstMs;
  while (catalogue.watch && !signal.aborted) {
    try {
      const feed = await catalogue.watch({ signal });
      if (feed.kind === 'unavailable') {
        log.info(`${catalogue.name} cannot tell of changes, so it is read in intervals alone: ${feed.reason}`);
        return;
      }
      log.info(`following the changes of ${catalogue.name}`);
      await eachAtOnce(feed.rows, { width: rowsAtATime, keyOf: idOf }, (row) => {
        pauseMs = pauses.firstMs;
        return onRow(row);
      });
    } catch (error) {
      if (signal.aborted) return;
      log.warn(`the changes of the catalogue are not followed for now: ${failureOf(error).message}`);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauses.lastMs, 2 * pauseMs);
    }
  }
}

function idOf(row: CatalogueRow): string | undefined {
  return row.kind === 'video' ? row.submission.id : row.id;
}
