import { addToTotals, emptyTotals } from '../../domain/report/totals.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import { exitCodeOf } from '../../domain/report/exit-code.ts';
import type { LibraryReport, VideoReport } from '../../domain/report/copy.ts';
import type { Submission } from '../../domain/video.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { MemoryLedger } from '../../ledger/memory-ledger.ts';
import { collectRowWarnings } from '../../scanner/row-warnings.ts';
import type { RowWarning } from '../../scanner/row-warnings.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import type { RefusedRow, ScanSink } from '../../scanner/scan.ts';
import { openSource } from '../open/source.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import { resolveKeyRules } from '../../engine/key-rules.ts';
import { surveySources, withCatalogue } from '../open/catalogue.ts';
import { keptForNow } from './keep-stdin.ts';
import { countLeftOut } from './left-out.ts';
import { asCopied, journalWithKeyRules, lookAtVideo, withPreviousState } from './look-at-video.ts';
import type { LookPorts, PreviousState } from './look-at-video.ts';
import { missingRowEntry, refusedRowEntry } from './refused-rows.ts';
import type { RefusedRowEntry } from './refused-rows.ts';
import { sourceSpecOf } from '../source-spec.ts';

/**
 * Reports what a copy would do, from the catalogue, the playlists and any state of earlier runs. Writes nothing,
 * neither to the destination nor to the state.
 */
export async function dryRun(
  options: CopyOptions,
  hooks: CopyHooks,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const { stdin = process.stdin } = hooks;
  const signal = AbortSignal.any([hooks.drain, hooks.signal]);
  const onResumed = (message: string): void => emit(hooks, { type: 'warning', message });
  return keptForNow(options.sources, { stdin, signal, onResumed }, (sources) =>
    withPreviousState(options.stateDir, (previous) => planLibrary({ ...options, sources }, hooks, previous)),
  );
}

async function planLibrary(
  options: CopyOptions,
  hooks: CopyHooks,
  previous: PreviousState | undefined,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const survey = await surveySources(options, AbortSignal.any([hooks.drain, hooks.signal]));
  const journal = new MemoryJournal();
  const keyRules = await resolveKeyRules((await journalWithKeyRules(previous)) ?? journal, options, survey.firstUrls);
  const source = openSource(await sourceSpecOf(options, survey));
  const lookPorts: LookPorts = {
    source,
    keyRules,
    limits: defaultWalkLimits,
    external: options.external,
    nameProbe: createNameProbe(),
    previous,
    assumeEnded: options.assumeEnded,
  };
  const videos: VideoReport[] = [];
  const refusedRows: RefusedRowEntry[] = [];
  const oddRows = collectRowWarnings();
  const totals = emptyTotals();
  const startedAt = performance.now();

  const onVideo = async (submission: Submission): Promise<void> => {
    const { report, plan } = await lookAtVideo(submission, lookPorts, hooks.signal);
    videos.push(report);
    const { id, state, invalid } = report;
    if (plan) {
      const { files, documents } = plan.revision;
      emit(hooks, { type: 'planned', video: id, files: files.length, documents: documents.length });
    } else emit(hooks, { type: 'video', video: id, state, ...(invalid ? { failure: invalid } : {}) });
    addToTotals(totals, report);
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
    const ports = { journal, keyRules, ledger: new MemoryLedger(), newGeneration: () => 'dry', now: Date.now };
    const sink: ScanSink = { onVideo, onRefused, onWarning, onLeftOut: (_, why) => leftOut.add(why) };
    const onAbsentField = (message: string): void => emit(hooks, { type: 'warning', message });
    const missing = await withCatalogue(options.sources, { ...options, onAbsentField }, (catalogue) =>
      scanCatalogue(catalogue, options, ports, sink, hooks.drain),
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
  const exitCode = exitCodeOf({
    videos: videos.map(asCopied),
    refused: refusedRows.length,
    interrupted: hooks.drain.aborted,
  });
  const durationMs = Math.round(performance.now() - startedAt);
  const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs };
  emit(hooks, {
    type: 'finished',
    exitCode,
    progress: { totals, run, bytesPerSecond: 0, filesPerSecond: 0, uncrawled: 0 },
  });
  return { exitCode, report };
}
