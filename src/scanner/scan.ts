import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { refusalOf } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { allVideos } from '../domain/video-selection.ts';
import type { LeftOut, VideoSelection } from '../domain/video-selection.ts';
import { createRowChooser } from './choose-rows.ts';
import { withoutTokens } from '../domain/tokens.ts';
import type { TokenRules } from '../domain/tokens.ts';
import { isFresh } from '../domain/freshness.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
import { initialChangeOf } from '../journal/initial-record.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { rowWarningOf, warningOfLeftOut } from './row-warnings.ts';
import type { RowWarning } from './row-warnings.ts';

/** Ports and settings of the scanner. */
export interface ScannerPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keyRules: TokenRules;
  readonly newGeneration: () => Generation;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long after its recording a video counts as fresh. Absent: never. */
  readonly freshWindowMs?: number;
}

/** Which videos of a catalogue to select. */
export interface ScanRules {
  /** Only these videos. Empty for all. */
  readonly ids: readonly VideoId[];
  /** Absent: all videos. */
  readonly selection?: VideoSelection;
  /** Most videos to select, in the catalogue's order. */
  readonly limit?: number;
  /** A row is refused if one of these does not hold. */
  readonly rules?: readonly CatalogueRule[];
}

/** A row that is not a valid video, or that a rule excludes. */
export type RefusedRow = Extract<CatalogueRow, { kind: 'refused' }>;

/** Receives the results of a scan. The scan awaits each call, so a stage without capacity slows it down. */
export interface ScanSink {
  readonly onVideo: (submission: Submission) => Promise<void>;
  readonly onRefused: (row: RefusedRow) => void;
  readonly onWarning: (warning: RowWarning) => void;
  /** A video that the selection leaves out. */
  readonly onLeftOut?: (video: VideoId, why: LeftOut) => void;
}

/**
 * Reads a catalogue and submits each video that passes the rules to journal and ledger. An invalid video gets a fresh
 * start, all others keep their record.
 *
 * @returns requested ids that the catalogue does not contain
 * @throws {FlantsError} `catalogue.unreadable`
 */
export async function scanCatalogue(
  catalogue: Catalogue,
  rules: ScanRules,
  ports: ScannerPorts,
  sink: ScanSink,
  signal: AbortSignal,
): Promise<readonly VideoId[]> {
  const wanted = new Set(rules.ids);
  const found = new Set<VideoId>();
  let selected = 0;
  const chooser = createRowChooser(rules.selection ?? allVideos, ports.now);
  // Before the selection: a sample is one of the requested videos.
  for await (const { row: read, leftOut } of chooser.choose(requested(catalogue.rows({ signal }), wanted))) {
    if (signal.aborted || selected === rules.limit) break;
    if (leftOut && read.kind === 'video') {
      found.add(read.submission.id);
      const unread = warningOfLeftOut(read, leftOut);
      if (unread) sink.onWarning(unread);
      sink.onLeftOut?.(read.submission.id, leftOut);
      continue;
    }
    const row = applyRules(read, rules.rules ?? []);
    if (row.kind === 'refused') {
      if (row.id !== undefined && read.kind === 'video') found.add(row.id);
      sink.onRefused(row);
      continue;
    }
    found.add(row.submission.id);
    selected += 1;
    const warning = rowWarningOf(row);
    if (warning) sink.onWarning(warning);
    await sink.onVideo(await submit(row.submission, ports));
    if (wanted.size > 0 && found.size === wanted.size) break;
  }
  return selected === rules.limit ? [] : [...wanted].filter((id) => !found.has(id));
}

/** Without videos that nobody requested. No ids request all; refused rows are not left out. */
async function* requested(
  rows: AsyncIterable<CatalogueRow>,
  ids: ReadonlySet<VideoId>,
): AsyncGenerator<CatalogueRow, void> {
  for await (const row of rows) if (ids.size === 0 || row.kind === 'refused' || ids.has(row.submission.id)) yield row;
}

/** Applies the rules to a row. */
export function applyRules(row: CatalogueRow, rules: readonly CatalogueRule[]): CatalogueRow {
  const failure = row.kind === 'video' ? refusalOf(rules, row.fields) : undefined;
  if (row.kind === 'refused' || !failure) return row;
  return { kind: 'refused', row: row.row, id: row.submission.id, failure };
}

/**
 * Submits a video to the journal and then to the ledger. The tokens of its playlist URL are not stored. A submission by
 * a person is a decision even if nothing in it is new, since it ends a pause or cancellation.
 *
 * @returns the submission in force, with tokens: the given one, unless a person has overruled it
 */
export async function submit(given: Submission, ports: ScannerPorts): Promise<Submission> {
  const { journal, ledger, newGeneration, now, freshWindowMs } = ports;
  const submission = toStoredForm(given, ports.keyRules);
  const { id } = submission;
  const isByPerson = submission.by === 'person';
  const previous = await journal.submission(id);
  const personal = previous && !isByPerson && (await isOverruled(submission, previous, journal)) ? previous : undefined;
  if (isByPerson || !(personal || isSameSubmission(previous, submission))) {
    await journal.decide({ type: 'submitted', video: id, at: new Date(now()).toISOString(), submission });
  }
  const current = personal ?? given;
  const record = await ledger.read(id);
  if (!record) {
    const fresh = freshWindowMs !== undefined && isFresh(submission, { freshWindowMs, now: now() });
    const change = await initialChangeOf(id, { journal, generation: newGeneration(), isFresh: () => fresh });
    if (change) await ledger.apply(id, change);
    return current;
  }
  if (isByPerson && record.hold) await ledger.apply(id, { type: 'hold', generation: record.generation, hold: null });
  if (record.invalid) await ledger.apply(id, { type: 'open', seen: record.generation, generation: newGeneration() });
  return current;
}

/**
 * Whether a catalogue row was overruled: it says what the catalogue said before a person submitted something else. That
 * submission stays in force until the catalogue changes.
 *
 * @param latest - the video's latest submission
 */
export async function isOverruled(row: Submission, latest: Submission, journal: Journal): Promise<boolean> {
  if (latest.by !== 'person') return false;
  let catalogued: Submission | undefined;
  for await (const decision of journal.decisions(row.id)) {
    if (decision.type === 'submitted' && decision.submission.by !== 'person') catalogued = decision.submission;
  }
  return isSameSubmission(catalogued, row);
}

/** A submission in the form that the journal stores: without tokens. */
export function toStoredForm({ playlistUrl, sideFiles, ...rest }: Submission, rules: TokenRules): Submission {
  const stored = (url: string): string => withoutTokens(new URL(url), rules).href;
  return {
    ...rest,
    playlistUrl: stored(playlistUrl),
    ...(sideFiles ? { sideFiles: sideFiles.map(({ role, url }) => ({ role, url: stored(url) })) } : {}),
  };
}

/** Whether two submissions say the same about a video, regardless of who made them. */
export function isSameSubmission(a: Submission | undefined, b: Submission): boolean {
  return (
    a?.playlistUrl === b.playlistUrl &&
    a.title === b.title &&
    a.recordedAt === b.recordedAt &&
    JSON.stringify(a.sideFiles) === JSON.stringify(b.sideFiles)
  );
}
