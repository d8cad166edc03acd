import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { withoutTokens } from '../domain/destination-key.ts';
import type { KeyRules } from '../domain/destination-key.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
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
}

/** Which videos of a catalogue to take. */
export interface ScanRules {
  /** Only these; empty for all. */
  readonly ids: readonly VideoId[];
  /** At most so many, in the catalogue's order. */
  readonly limit?: number;
}

/** A row that is no video. */
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
  for await (const row of catalogue.rows({ signal })) {
    if (signal.aborted || taken === rules.limit) break;
    if (row.kind === 'refused') {
      sink.onRefused(row);
      continue;
    }
    const { submission } = row;
    if (wanted.size > 0 && !wanted.has(submission.id)) continue;
    found.add(submission.id);
    taken += 1;
    await submit(submission, ports);
    await sink.onVideo(submission);
    if (wanted.size > 0 && found.size === wanted.size) break;
  }
  return taken === rules.limit ? [] : [...wanted].filter((id) => !found.has(id));
}

/** Puts a video into journal and ledger, decision first. No token of its playlist's URL is kept. */
export async function submit(
  { playlistUrl, ...rest }: Submission,
  { journal, ledger, keyRules, newGeneration, now }: ScannerPorts,
): Promise<void> {
  const { id } = rest;
  const submission = { ...rest, playlistUrl: withoutTokens(new URL(playlistUrl), keyRules.tokenParameters).href };
  const known = await journal.submission(id);
  if (!isSame(known, submission)) {
    await journal.decide({ type: 'submitted', video: id, at: new Date(now()).toISOString(), submission });
  }
  const record = await ledger.read(id);
  if (record && !record.invalid) return;
  await ledger.apply(id, { type: 'open', generation: newGeneration(), ...(record ? { seen: record.generation } : {}) });
}

function isSame(a: Submission | undefined, b: Submission): boolean {
  return a?.playlistUrl === b.playlistUrl && a.title === b.title && a.recordedAt === b.recordedAt;
}
