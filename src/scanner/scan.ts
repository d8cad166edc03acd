import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import { allVideos } from '../domain/video-selection.ts';
import type { LeftOut, VideoSelection } from '../domain/video-selection.ts';
import { createRowChooser } from './choose-rows.ts';
import { storedUrl } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { Generation, Submission, VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import { restoreVideo } from '../journal/restore.ts';
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
}

/** Which videos of a catalogue to select. */
export interface ScanRules {
  /** Only these videos. Empty for all. */
  readonly ids: readonly VideoId[];
  /** Absent: all videos. */
  readonly selection?: VideoSelection;
  /** Most videos to select, in the catalogue's order. */
  readonly limit?: number;
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
 * Reads a catalogue and submits each video that is wanted to journal and ledger. An invalid video gets a fresh start, all
 * others keep their record.
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
  for await (const { row, leftOut } of chooser.choose(requested(catalogue.rows({ signal }), wanted))) {
    if (signal.aborted || selected === rules.limit) break;
    if (leftOut && row.kind === 'video') {
      found.add(row.submission.id);
      const unread = warningOfLeftOut(row, leftOut);
      if (unread) sink.onWarning(unread);
      sink.onLeftOut?.(row.submission.id, leftOut);
      continue;
    }
    if (row.kind === 'refused') {
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

/**
 * Submits a video of a catalogue to the journal and then to the ledger. The tokens of its playlist URL are not stored.
 *
 * @returns the submission in force, with tokens: the given one, unless a person has overruled it
 */
export async function submit(given: Submission, ports: ScannerPorts): Promise<Submission> {
  const { journal, now } = ports;
  const submission = toStoredForm(given, ports.keyRules);
  const { id } = submission;
  const previous = await journal.submission(id);
  if (isStored(submission, previous)) return admitted(given, ports);
  const personal = previous && (await isOverruled(submission, previous, journal)) ? previous : undefined;
  if (!personal) {
    await journal.decide({ type: 'submitted', video: id, at: new Date(now()).toISOString(), submission });
  }
  return admitted(personal ?? given, ports);
}

async function admitted(submission: Submission, { journal, ledger, newGeneration }: ScannerPorts): Promise<Submission> {
  const { id } = submission;
  const record = await restoreVideo(id, { journal, ledger, newGeneration });
  if (record?.invalid) await ledger.apply(id, { type: 'open', seen: record.generation, generation: newGeneration() });
  return submission;
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

/** A submission in the form that the journal stores: without tokens, but with the fact that there are some. */
export function toStoredForm({ playlistUrl, sideFiles, ...rest }: Submission, rules: TokenRules): Submission {
  const playlist = storedUrl(playlistUrl, rules);
  const sides = sideFiles?.map(({ role, url }) => ({ role, stored: storedUrl(url, rules) }));
  const hasTokens = playlist.hasTokens || sides?.some(({ stored }) => stored.hasTokens);
  return {
    ...rest,
    playlistUrl: playlist.href,
    ...(sides ? { sideFiles: sides.map(({ role, stored }) => ({ role, url: stored.href })) } : {}),
    ...(hasTokens ? { hasTokens: true } : {}),
  };
}

/** Whether the journal need not be told of a row: its latest submission says the same, also of tokens. */
export function isStored(row: Submission, latest: Submission | undefined): boolean {
  return isSameSubmission(latest, row) && (latest?.by === 'person' || latest?.hasTokens === row.hasTokens);
}

/** Whether two submissions say the same about a video, regardless of who made them and of tokens. */
export function isSameSubmission(a: Submission | undefined, b: Submission): boolean {
  return (
    a?.playlistUrl === b.playlistUrl &&
    a.title === b.title &&
    a.recordedAt === b.recordedAt &&
    JSON.stringify(a.sideFiles) === JSON.stringify(b.sideFiles)
  );
}
