import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { refusalOf } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { withoutTokens } from '../domain/destination-key.ts';
import type { KeyRules } from '../domain/destination-key.ts';
import { isFresh } from '../domain/freshness.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
import { initialChangeOf } from '../journal/initial-record.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What the scanner needs. */
export interface ScannerPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keyRules: Pick<KeyRules, 'tokenParameters'>;
  readonly newGeneration: () => Generation;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long a video goes before the backlog after it was recorded; absent: none does. */
  readonly freshWindowMs?: number;
}

/** Which videos of a catalogue to take. */
export interface ScanRules {
  /** Only these; empty for all. */
  readonly ids: readonly VideoId[];
  /** At most so many, in the catalogue's order. */
  readonly limit?: number;
  /** Rows of which one of these does not hold are refused. */
  readonly rules?: readonly CatalogueRule[];
}

/** A row that is no video, or one that is not to be taken. */
export type RefusedRow = Extract<CatalogueRow, { kind: 'refused' }>;

/** Where the scan's findings go; the scan waits for each, so that a full stage holds it back. */
export interface ScanSink {
  readonly onVideo: (submission: Submission) => Promise<void>;
  readonly onRefused: (row: RefusedRow) => void;
}

/**
 * Reads a catalogue and makes each video that passes the rules known to journal and ledger.
 * A video that was invalid gets a fresh start; what is known of the others stays.
 *
 * @returns ids asked for that the catalogue does not have
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
  let taken = 0;
  for await (const read of catalogue.rows({ signal })) {
    if (signal.aborted || taken === rules.limit) break;
    if (read.kind === 'video' && wanted.size > 0 && !wanted.has(read.submission.id)) continue;
    const row = judge(read, rules.rules ?? []);
    if (row.kind === 'refused') {
      if (row.id !== undefined && read.kind === 'video') found.add(row.id);
      sink.onRefused(row);
      continue;
    }
    found.add(row.submission.id);
    taken += 1;
    await sink.onVideo(await submit(row.submission, ports));
    if (wanted.size > 0 && found.size === wanted.size) break;
  }
  return taken === rules.limit ? [] : [...wanted].filter((id) => !found.has(id));
}

/** The row, refused where a rule does not hold for it. */
export function judge(row: CatalogueRow, rules: readonly CatalogueRule[]): CatalogueRow {
  const failure = row.kind === 'video' ? refusalOf(rules, row.fields) : undefined;
  if (row.kind === 'refused' || !failure) return row;
  return { kind: 'refused', row: row.row, id: row.submission.id, failure };
}

/**
 * Puts a video into journal and ledger, decision first. No token of its playlist's URL is kept. What a person submits is a
 * decision even where it says nothing new: it ends a pause or cancellation.
 *
 * @returns what the video is now, with its tokens: what was given, unless a person has overruled that
 */
export async function submit(given: Submission, ports: ScannerPorts): Promise<Submission> {
  const { journal, ledger, newGeneration, now, freshWindowMs } = ports;
  const submission = storedForm(given, ports.keyRules);
  const { id } = submission;
  const isByPerson = submission.by === 'person';
  const known = await journal.submission(id);
  const overruling = known && !isByPerson && (await isOverruled(submission, known, journal)) ? known : undefined;
  if (isByPerson || !(overruling || isSame(known, submission))) {
    await journal.decide({ type: 'submitted', video: id, at: new Date(now()).toISOString(), submission });
  }
  const current = overruling ?? given;
  const record = await ledger.read(id);
  if (!record) {
    const fresh = freshWindowMs !== undefined && isFresh(submission, { freshWindowMs, now: now() });
    const change = await initialChangeOf(id, { journal, generation: newGeneration(), isFresh: fresh });
    if (change) await ledger.apply(id, change);
    return current;
  }
  if (isByPerson && record.hold) await ledger.apply(id, { type: 'hold', generation: record.generation, hold: null });
  if (record.invalid) await ledger.apply(id, { type: 'open', seen: record.generation, generation: newGeneration() });
  return current;
}

/**
 * Whether a row of a catalogue says what the catalogue had said before a person submitted something else: then that
 * stands, until the catalogue says something new.
 *
 * @param known - the latest submission
 */
export async function isOverruled(row: Submission, known: Submission, journal: Journal): Promise<boolean> {
  if (known.by !== 'person') return false;
  let own: Submission | undefined;
  for await (const decision of journal.decisions(row.id)) {
    if (decision.type === 'submitted' && decision.submission.by !== 'person') own = decision.submission;
  }
  return isSame(own, row);
}

/** A submission as the journal keeps it: without tokens. */
export function storedForm(
  { playlistUrl, ...rest }: Submission,
  { tokenParameters }: Pick<KeyRules, 'tokenParameters'>,
): Submission {
  return { ...rest, playlistUrl: withoutTokens(new URL(playlistUrl), tokenParameters).href };
}

/** Whether two say the same of a video, whoever submitted them. */
export function isSame(a: Submission | undefined, b: Submission): boolean {
  return a?.playlistUrl === b.playlistUrl && a.title === b.title && a.recordedAt === b.recordedAt;
}
