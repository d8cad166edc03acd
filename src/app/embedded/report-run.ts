import type { ProgressTracker } from '../../aggregator/progress-tracker.ts';
import { addToTotals, emptyTotals } from '../../domain/report/totals.ts';
import { reportVideo } from '../../journal/report-video.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import type { BudgetReport } from '../../domain/cost/budget.ts';
import type { KeyRules } from '../../domain/names/destination-key.ts';
import { saveFinishedRun } from '../../control/runs.ts';
import { exitCodeOf } from '../../domain/report/exit-code.ts';
import type { Progress } from '../../domain/progress/event.ts';
import type { LibraryReport, VideoReport } from '../../domain/report/copy.ts';
import type { RowWarnings } from '../../domain/report/scan-summary.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { StoreCapabilities } from '../../storage/object-store.ts';
import { readFunctionCost } from '../functions/meter.ts';
import type { FunctionMeter } from '../functions/meter.ts';
import { shortcomingsOf } from '../shortcomings.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import type { Engine } from '../../engine/engine.ts';
import type { RefusedRowEntry } from './refused-rows.ts';

/** The stores of a run, and its progress. */
export interface RunState {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly tracker: ProgressTracker;
  /** Hears which videos change, while somebody wants to know. */
  watch?: (video: VideoId) => void;
}

/** Options, callbacks and stores that all parts of a copy share. */
export interface CopyContext {
  readonly options: CopyOptions;
  readonly hooks: CopyHooks;
  readonly state: RunState;
  readonly keyRules: KeyRules;
}

/** Result of a scan. */
export interface ScanResult {
  readonly videos: readonly VideoId[];
  /** Rows that are not videos, and requested videos that were not found. */
  readonly refused: readonly RefusedRowEntry[];
  readonly rowWarnings: RowWarnings | undefined;
}

/** A run that has ended. */
export interface FinishedRun {
  readonly scanned: ScanResult;
  readonly engine: Engine;
  readonly destination: DestinationSetting;
  readonly capabilities: StoreCapabilities;
  readonly interrupted: boolean;
  /** At its end. */
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  /** Absent: files were copied on threads. */
  readonly meter?: FunctionMeter;
  /** Absent: nobody wanted to know what was spent. */
  readonly budget?: BudgetReport;
  /** The budget was spent before all sources were read. */
  readonly isCut?: boolean;
}

/** Reports on the videos of a run, emits `finished`, and returns the exit code. */
export async function reportRun(
  { state, keyRules, hooks }: CopyContext,
  { scanned, engine, destination, capabilities, interrupted, meter, budget, isCut, ...end }: FinishedRun,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const videos: VideoReport[] = [];
  const totals = emptyTotals();
  for (const id of scanned.videos) {
    const report = await reportVideo(id, { ...state, tokenRules: keyRules });
    if (!report) continue;
    videos.push(report);
    addToTotals(totals, report);
  }
  const halted = engine.halted();
  const progress = withFunctions(end.progress, meter);
  const functions = meter && (await readFunctionCost(state.journal));
  const exitCode = exitCodeOf({
    videos,
    refused: scanned.refused.length,
    interrupted,
    isBudgetSpent: budget?.reached !== undefined && (isCut === true || videos.some(isOpen)),
    ...(halted ? { halted } : {}),
  });
  const report: LibraryReport = {
    format: 1,
    destination: destination.name,
    at: new Date().toISOString(),
    totals,
    videos,
    refusedRows: scanned.refused,
    ...(scanned.rowWarnings ? { rowWarnings: scanned.rowWarnings } : {}),
    ...shortcomingsOf(capabilities),
    run: progress.run,
    ...(functions ? { functions } : {}),
    ...(budget ? { budget } : {}),
  };
  await saveFinishedRun(
    {
      startedAt: new Date(end.endedAt - progress.run.durationMs).toISOString(),
      endedAt: new Date(end.endedAt).toISOString(),
      version: hooks.version,
      exitCode,
      totals: progress.totals,
      run: progress.run,
      ...(halted ? { halted: halted.code } : {}),
    },
    state.journal,
  );
  emit(hooks, {
    type: 'finished',
    exitCode,
    progress,
    ...(halted ? { halted } : {}),
    ...(budget ? { budget } : {}),
  });
  return { exitCode, report };
}

/** Whether the same copy would go on with it. */
function isOpen({ state }: VideoReport): boolean {
  return state === 'waiting' || state === 'copying' || state === 'publishing';
}

/** Adds what functions were used for, where there are any. */
export function withFunctions(progress: Progress, meter: FunctionMeter | undefined): Progress {
  return meter ? { ...progress, run: { ...progress.run, functions: meter.cost() } } : progress;
}
