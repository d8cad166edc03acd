import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addToTotals, emptyTotals } from '../../domain/totals.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { planReading, readPlaylists, tellingNoTokens } from '../../crawler/plan-video.ts';
import { findLive } from '../../crawler/live.ts';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import { withoutTokens } from '../../domain/tokens.ts';
import { exitCodeOf } from '../../domain/exit-code.ts';
import { failureOf } from '../../domain/failure.ts';
import type { LibraryReport, VideoReport } from '../../domain/report.ts';
import { liveAfterLook, quietTimeLeft } from '../../domain/live.ts';
import { rootKeyOf } from '../../domain/revision.ts';
import type { PlannedFile, RevisionHeader } from '../../domain/revision.ts';
import type { Submission, VideoId } from '../../domain/video.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import type { Journal } from '../../journal/journal.ts';
import { reportLive } from '../../journal/report-video.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { MemoryLedger } from '../../ledger/memory-ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectRowWarnings } from '../../scanner/row-warnings.ts';
import type { RowWarning } from '../../scanner/row-warnings.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import type { RefusedRow } from '../../scanner/scan.ts';
import { hasStateFile, openStateFile } from '../../state/state-file.ts';
import { connectSource } from '../connect.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import { readKeyRules, resolveKeyRules } from '../../engine/key-rules.ts';
import { openCatalogue, surveySources } from '../open-catalogue.ts';
import { keepStandardInput } from './keep-stdin.ts';
import { countLeftOut } from './left-out.ts';
import { missingRowEntry, refusedRowEntry } from './refused-rows.ts';
import type { RefusedRowEntry } from './refused-rows.ts';
import { sourceSpecOf } from '../source-spec.ts';

/** The state of earlier runs. */
interface PreviousState {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** What a report says of a video without a plan. */
const nothingPlanned = {
  files: { total: 0, done: 0, failed: 0, accepted: 0 },
  sizeBytes: 0,
  external: [],
  warnings: [],
} as const;

/** Keys per read of evidence, which bounds memory for videos of any size. */
const filesPerLookup = 1_000;

/**
 * Reports what a copy would do, from the catalogue, the playlists and any state of earlier runs. Writes nothing,
 * neither to the destination nor to the state.
 */
export async function dryRun(
  options: CopyOptions,
  hooks: CopyHooks,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const state = hasStateFile(options.stateDir) ? openStateFile(options.stateDir, { readOnly: true }) : undefined;
  // Standard input is kept for this run only.
  const scratch = await mkdtemp(join(tmpdir(), 'flants-'));
  try {
    const { stdin = process.stdin } = hooks;
    const signal = AbortSignal.any([hooks.drain, hooks.signal]);
    const onResumed = (message: string): void => emit(hooks, { type: 'warning', message });
    const sources = await keepStandardInput(options.sources, { folder: scratch, stdin, signal, onResumed });
    return await planLibrary(
      { ...options, sources },
      hooks,
      state && { journal: new SqliteJournal(state), ledger: new SqliteLedger(state) },
    );
  } finally {
    state?.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function planLibrary(
  options: CopyOptions,
  hooks: CopyHooks,
  previous: PreviousState | undefined,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const survey = await surveySources(options, hooks.signal);
  const journal = new MemoryJournal();
  const keyRules = await resolveKeyRules((await journalWithKeyRules(previous)) ?? journal, options, survey.firstUrls);
  const source = connectSource(await sourceSpecOf(options, survey));
  const nameProbe = createNameProbe();
  const videos: VideoReport[] = [];
  const refusedRows: RefusedRowEntry[] = [];
  const oddRows = collectRowWarnings();
  const totals = emptyTotals();
  const startedAt = performance.now();

  const onVideo = async (submission: Submission): Promise<void> => {
    const report = await planOne(submission);
    videos.push(report);
    const { id, state, invalid, live } = report;
    if (invalid) emit(hooks, { type: 'video', video: id, state, failure: invalid });
    if (live) emit(hooks, { type: 'video', video: id, state });
    addToTotals(totals, report);
  };
  const planOne = async (submission: Submission): Promise<VideoReport> => {
    const { id, title, playlistUrl } = submission;
    const common = {
      id,
      ...(title === undefined ? {} : { title }),
      playlistUrl: withoutTokens(new URL(playlistUrl), keyRules).href,
      failures: [],
    };
    const plan = async (): Promise<VideoReport> => {
      const ports = { source, keyRules, limits: defaultWalkLimits, external: options.external, nameProbe };
      const reading = await readPlaylists(submission, ports, hooks.signal);
      const finding = findLive(reading.presentation, keyRules);
      const record = await previous?.ledger.read(id);
      const now = Date.now();
      const seen = finding && liveAfterLook(record?.live, finding, { now });
      const live = seen && !(options.assumeEnded && quietTimeLeft(seen, now) <= 0) ? seen : undefined;
      const ifLive: VideoReport | undefined = live && {
        ...common,
        ...nothingPlanned,
        state: 'live',
        live: reportLive(live),
      };
      if (ifLive && record?.published === undefined) return ifLive;
      const present = await presentPlan(id, previous);
      const { revision } = await planReading(submission, reading, ports, { present, signal: hooks.signal });
      const { digest, files, documents, external, warnings } = revision;
      if (ifLive && record?.published !== digest) return ifLive;
      const playlistKey = rootKeyOf(documents);
      const copied = await countCopied(submission.id, files, previous);
      const accepted = record?.revision === digest ? record.accepted : 0;
      emit(hooks, { type: 'planned', video: id, files: files.length, documents: documents.length });
      return {
        ...common,
        state: record?.published === digest ? 'published' : 'waiting',
        files: { total: files.length, done: copied.files, failed: accepted, accepted },
        sizeBytes: copied.sizeBytes,
        revision: digest,
        ...(playlistKey === undefined ? {} : { playlistKey }),
        external,
        warnings,
      };
    };
    try {
      return await tellingNoTokens({ keyRules }, plan);
    } catch (error) {
      return { ...common, ...nothingPlanned, state: 'invalid', invalid: failureOf(error) };
    }
  };
  const onRefused = (row: RefusedRow): void => {
    const entry = refusedRowEntry(row);
    refusedRows.push(entry);
    emit(hooks, { type: 'row-refused', ...entry });
  };
  const onWarning = (warning: RowWarning): void => {
    oddRows.add(warning);
    emit(hooks, { type: 'row-warning', ...warning });
  };

  try {
    const leftOut = countLeftOut();
    const { ids, limit, selection } = options;
    const rules = { ids, selection, ...(limit === undefined ? {} : { limit }) };
    const ports = { journal, keyRules, ledger: new MemoryLedger(), newGeneration: () => 'dry', now: Date.now };
    const missing = await scanCatalogue(
      await openCatalogue(options.sources, options),
      rules,
      ports,
      { onVideo, onRefused, onWarning, onLeftOut: (_, why) => leftOut.add(why) },
      hooks.drain,
    );
    for (const message of leftOut.warnings(videos.length)) emit(hooks, { type: 'warning', message });
    for (const id of missing) {
      emit(hooks, { type: 'warning', video: id, message: 'no source names this video' });
      refusedRows.push(missingRowEntry(id));
    }
  } finally {
    await source.close();
  }
  const rowWarnings = oddRows.summary();
  const report: LibraryReport = {
    format: 1,
    destination: options.destination.name,
    at: new Date().toISOString(),
    totals,
    videos,
    refusedRows,
    ...(rowWarnings ? { rowWarnings } : {}),
    unguarded: [],
  };
  const ifCopied = videos.map((video): VideoReport =>
    video.invalid || video.live ? video : { ...video, state: 'published' },
  );
  const exitCode = exitCodeOf({ videos: ifCopied, refused: refusedRows.length, interrupted: hooks.drain.aborted });
  const durationMs = Math.round(performance.now() - startedAt);
  const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs };
  emit(hooks, {
    type: 'finished',
    exitCode,
    progress: { totals, run, bytesPerSecond: 0, filesPerSecond: 0, uncrawled: 0 },
  });
  return { exitCode, report };
}

/** The journal of a state whose key rules are fixed. `resolveKeyRules` only reads such a journal. */
async function journalWithKeyRules(previous: PreviousState | undefined): Promise<Journal | undefined> {
  return previous && (await readKeyRules(previous.journal)) ? previous.journal : undefined;
}

async function presentPlan(video: VideoId, previous: PreviousState | undefined): Promise<RevisionHeader | undefined> {
  const revision = (await previous?.ledger.read(video))?.revision;
  return revision === undefined ? undefined : previous?.journal.revision(video, revision);
}

/** Counts files with evidence for the same URL. A copy would fetch these only if the source has changed. */
async function countCopied(
  video: VideoId,
  files: readonly PlannedFile[],
  previous: PreviousState | undefined,
): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const copied = { files: 0, sizeBytes: 0 };
  if (!previous) return copied;
  for (let from = 0; from < files.length; from += filesPerLookup) {
    const chunk = files.slice(from, from + filesPerLookup);
    const evidence = await previous.journal.evidence(
      video,
      chunk.map(({ key }) => key),
    );
    for (const { key, url } of chunk) {
      const found = evidence.get(key);
      if (found?.url !== url) continue;
      copied.files += 1;
      copied.sizeBytes += found.sizeBytes;
    }
  }
  return copied;
}
