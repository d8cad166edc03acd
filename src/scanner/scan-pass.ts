import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { refusalOf } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { FlantsError } from '../domain/failure.ts';
import { isFresh } from '../domain/freshness.ts';
import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import { allVideos } from '../domain/video-selection.ts';
import type { ScanSummary } from '../domain/report/scan-summary.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import { createRowChooser } from './choose-rows.ts';
import type { RowChooser } from './choose-rows.ts';
import { forEachConcurrently } from '../domain/waiting/for-each-concurrently.ts';
import { isOverruled, isStored, toStoredForm } from './scan.ts';
import type { RefusedRow, ScannerPorts } from './scan.ts';
import type { KnownRows } from './known-rows.ts';
import { collectRowWarnings, rowWarningOf, warningOfLeftOut } from './row-warnings.ts';

/** Ports and settings of a pass. */
export interface ScanPassPorts extends Pick<ScannerPorts, 'journal' | 'keyRules' | 'now'> {
  /** How long after its recording a video counts as fresh. */
  readonly freshWindowMs: number;
  /** Kept between passes, so that an unchanged row costs nothing. */
  readonly knownRows: KnownRows;
  /** Leaves out videos that are not wanted. Absent: takes all. */
  readonly chooser?: RowChooser;
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
export type OnRow = (submission: Submission, change: RowChange) => Promise<void>;

const maxLookups = 32;
const maxRefusedRows = 1_000;
const maxWithdrawnIds = 10_000;

/**
 * Reads a catalogue once and writes new and changed rows to the journal. It never waits for capacity: `onRow`, which
 * also gets unchanged rows, decides what to do about a video. The journal is written before `onRow` is called. If a
 * pass breaks off in between, the video is found there (`unpublished`), not by the next pass.
 *
 * @throws {FlantsError} `catalogue.unreadable`, `aborted`, or what journal and `onRow` throw; rows processed by then
 *   stay in the journal
 */
export async function scanPass(
  catalogue: Catalogue,
  rules: readonly CatalogueRule[],
  ports: ScanPassPorts,
  onRow: OnRow,
  signal: AbortSignal,
): Promise<ScanSummary> {
  const startedAt = ports.now();
  const { chooser = createRowChooser(allVideos, ports.now) } = ports;
  await ports.knownRows.refresh(ports.journal, startedAt);
  const seen = new Set<VideoId>();
  const counts = { rows: 0, leftOut: 0, taken: 0, added: 0, changed: 0 };
  const refused = { count: 0, rows: [] as ScanSummary['refused']['rows'][number][] };
  const warnings = collectRowWarnings();
  const handle = async (read: CatalogueRow): Promise<void> => {
    const row = await submitRow(read, rules, ports);
    if (row.kind === 'refused') {
      refused.count += 1;
      if (refused.rows.length < maxRefusedRows) refused.rows.push(summaryOf(row));
      return;
    }
    counts.taken += 1;
    const warning = rowWarningOf(read);
    if (warning) warnings.add(warning);
    if (row.change.isNew) counts.added += 1;
    if (row.change.hasChanged) counts.changed += 1;
    await onRow(row.submission, row.change);
  };
  await forEachConcurrently(
    chooser.choose(catalogue.rows({ signal })),
    { concurrency: maxLookups },
    async ({ row, leftOut }) => {
      const id = row.kind === 'video' ? row.submission.id : row.id;
      // A refused row is in the catalogue too, so its video has not been withdrawn.
      if (id !== undefined) seen.add(id);
      counts.rows += 1;
      if (leftOut) {
        counts.leftOut += 1;
        const unread = warningOfLeftOut(row, leftOut);
        if (unread) warnings.add(unread);
      } else await handle(row);
    },
  );
  if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${catalogue.name}`);
  const withdrawn = [...ports.knownRows.cataloguedIds()].filter((id) => !seen.has(id));
  const rowWarnings = warnings.summary();
  return {
    startedAt: new Date(startedAt).toISOString(),
    durationMs: ports.now() - startedAt,
    ...counts,
    refused,
    ...(rowWarnings ? { warnings: rowWarnings } : {}),
    withdrawn: { count: withdrawn.length, ids: withdrawn.slice(0, maxWithdrawnIds) },
  };
}

/** A row that passed the rules and whose submission is in the journal. */
export interface SubmittedRow {
  readonly kind: 'submitted';
  /** Including tokens. */
  readonly submission: Submission;
  readonly change: RowChange;
}

/**
 * Applies the rules to one row, from a scan or a change feed, and writes its submission to the journal if it is new or
 * changed.
 */
export async function submitRow(
  read: CatalogueRow,
  rules: readonly CatalogueRule[],
  { journal, keyRules, knownRows, now, freshWindowMs }: ScanPassPorts,
): Promise<SubmittedRow | RefusedRow> {
  const row = applyRules(read, rules);
  if (row.kind === 'refused') return row;
  const { submission } = row;
  const stored = toStoredForm(submission, keyRules);
  const submitted = (changes: Partial<RowChange>): SubmittedRow => {
    const isFreshNow = isFresh(submission, { freshWindowMs, now: now() });
    const change = { isNew: false, hasChanged: false, hasMoved: false, isFresh: isFreshNow, ...changes };
    return { kind: 'submitted', submission, change };
  };
  if (knownRows.isUnchanged(stored)) return submitted({});
  const previous = await journal.submission(stored.id);
  if (previous && (isStored(stored, previous) || (await isOverruled(stored, previous, journal)))) {
    knownRows.add(previous, stored);
    return submitted({});
  }
  await journal.decide({ type: 'submitted', video: stored.id, at: new Date(now()).toISOString(), submission: stored });
  knownRows.add(stored);
  if (!previous) return submitted({ isNew: true });
  return submitted({ hasChanged: true, hasMoved: playlistFingerprint(previous) !== playlistFingerprint(stored) });
}

/** Applies the rules to a row. */
function applyRules(row: CatalogueRow, rules: readonly CatalogueRule[]): CatalogueRow {
  const failure = row.kind === 'video' ? refusalOf(rules, row.fields) : undefined;
  if (row.kind === 'refused' || !failure) return row;
  return { kind: 'refused', row: row.row, id: row.submission.id, failure };
}

function summaryOf({ row, id, failure }: RefusedRow): ScanSummary['refused']['rows'][number] {
  return { row, failure, ...(id === undefined ? {} : { id }) };
}
