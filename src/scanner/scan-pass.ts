import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { FlantsError } from '../domain/failure.ts';
import { isFresh } from '../domain/freshness.ts';
import { playlistMark } from '../domain/playlist-mark.ts';
import type { ScanSummary } from '../domain/scan-summary.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import { eachAtOnce } from './each-at-once.ts';
import { isOverruled, isSame, judge, storedForm } from './scan.ts';
import type { RefusedRow, ScannerPorts } from './scan.ts';
import type { KnownRows } from './known-rows.ts';

/** Ports and settings of a pass. */
export interface ScanPassPorts extends Pick<ScannerPorts, 'journal' | 'keyRules' | 'now'> {
  /** How long after its recording a video counts as fresh. */
  readonly freshWindowMs: number;
  /** Kept between passes, so that an unchanged row costs nothing. */
  readonly knownRows: KnownRows;
}

/** How a row differs from the submission known before. */
export interface RowChange {
  /** The video was never submitted before. */
  readonly isNew: boolean;
  /** It was submitted before, with another playlist, title or date. */
  readonly hasChanged: boolean;
  /** It was submitted before, with another playlist. */
  readonly hasMoved: boolean;
  readonly isFresh: boolean;
}

/** Called for each row that passes the rules: in any order, up to 32 at a time. The submission includes tokens. */
export type OnRow = (submission: Submission, sight: RowChange) => Promise<void>;

const maxLookups = 32;
const maxRefusedRows = 1_000;
const maxWithdrawnIds = 10_000;

/**
 * Reads a catalogue once and writes new and changed rows to the journal. It never waits for capacity: `onRow`, which also
 * gets unchanged rows, decides what to do about a video. The journal is written first, so videos whose `onRow` was missed
 * because a pass broke off are found there (`unpublished`), not by the next pass.
 *
 * @throws {FlantsError} `catalogue.unreadable`, `aborted`, or what journal and `onRow` throw; what was read by then is kept
 */
export async function scanPass(
  catalogue: Catalogue,
  rules: readonly CatalogueRule[],
  ports: ScanPassPorts,
  onRow: OnRow,
  signal: AbortSignal,
): Promise<ScanSummary> {
  const begun = ports.now();
  await ports.knownRows.refresh(ports.journal, begun);
  const seen = new Set<VideoId>();
  const counts = { rows: 0, taken: 0, added: 0, changed: 0 };
  const refused = { count: 0, rows: [] as ScanSummary['refused']['rows'][number][] };
  const take = async (read: CatalogueRow): Promise<void> => {
    const row = await takeRow(read, rules, ports);
    if (row.kind === 'refused') {
      refused.count += 1;
      if (refused.rows.length < maxRefusedRows) refused.rows.push(listed(row));
      return;
    }
    counts.taken += 1;
    if (row.sight.isNew) counts.added += 1;
    if (row.sight.hasChanged) counts.changed += 1;
    await onRow(row.submission, row.sight);
  };
  await eachAtOnce(catalogue.rows({ signal }), { width: maxLookups }, (row) => {
    const id = row.kind === 'video' ? row.submission.id : row.id;
    // A row that is refused is in the catalogue all the same.
    if (id !== undefined) seen.add(id);
    counts.rows += 1;
    return take(row);
  });
  if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${catalogue.name}`);
  const gone = [...ports.knownRows.catalogued()].filter((id) => !seen.has(id));
  return {
    startedAt: new Date(begun).toISOString(),
    durationMs: ports.now() - begun,
    ...counts,
    refused,
    withdrawn: { count: gone.length, ids: gone.slice(0, maxWithdrawnIds) },
  };
}

/** A row that was taken: the journal holds its submission. */
export interface TakenRow {
  readonly kind: 'taken';
  /** With its tokens. */
  readonly submission: Submission;
  readonly sight: RowChange;
}

/** Takes one row, of a whole reading, a feed, or one that was asked for: the journal is told where it says something new. */
export async function takeRow(
  read: CatalogueRow,
  rules: readonly CatalogueRule[],
  { journal, keyRules, knownRows, now, freshWindowMs }: ScanPassPorts,
): Promise<TakenRow | RefusedRow> {
  const row = judge(read, rules);
  if (row.kind === 'refused') return row;
  const { submission } = row;
  const kept = storedForm(submission, keyRules);
  const taken = (changes: Partial<RowChange>): TakenRow => {
    const isFreshNow = isFresh(submission, { freshWindowMs, now: now() });
    const sight = { isNew: false, hasChanged: false, hasMoved: false, isFresh: isFreshNow, ...changes };
    return { kind: 'taken', submission, sight };
  };
  if (knownRows.holds(kept)) return taken({});
  const known = await journal.submission(kept.id);
  if (known && (isSame(known, kept) || (await isOverruled(kept, known, journal)))) {
    knownRows.learn(known, kept);
    return taken({});
  }
  await journal.decide({ type: 'submitted', video: kept.id, at: new Date(now()).toISOString(), submission: kept });
  knownRows.learn(kept);
  if (!known) return taken({ isNew: true });
  return taken({ hasChanged: true, hasMoved: playlistMark(known) !== playlistMark(kept) });
}

function listed({ row, id, failure }: RefusedRow): ScanSummary['refused']['rows'][number] {
  return { row, failure, ...(id === undefined ? {} : { id }) };
}
