import { usualConcurrency } from '../../config/values/concurrency.ts';
import type { PlanOptions } from '../../config/plan-options.ts';
import { exitCodeOf } from '../../domain/report/exit-code.ts';
import type { Failure } from '../../domain/failure.ts';
import type { PlanReport } from '../../domain/report/plan.ts';
import type { VideoReport } from '../../domain/report/copy.ts';
import { formatCounted } from '../../domain/report/amount-text.ts';
import type { RowWarnings } from '../../domain/report/scan-summary.ts';
import { resolveKeyRules } from '../../engine/key-rules.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { collectRowWarnings } from '../../scanner/row-warnings.ts';
import { openSource } from '../open/source.ts';
import { asCopied, journalWithKeyRules, withPreviousState } from '../embedded/look-at-video.ts';
import type { PreviousState } from '../embedded/look-at-video.ts';
import { countLeftOut } from '../embedded/left-out.ts';
import { missingRowEntry } from '../embedded/refused-rows.ts';
import { surveySources } from '../open/catalogue.ts';
import { sourceSpecOf } from '../source-spec.ts';
import { askSizes } from './ask-sizes.ts';
import { countCauses } from './causes.ts';
import { collectFiles } from './collect-files.ts';
import { collectVideos } from './collect-videos.ts';
import { reckon } from './reckon.ts';
import { keptForNow } from '../embedded/keep-stdin.ts';
import type { StandardInput } from '../embedded/keep-stdin.ts';
import { lookAtVideos } from './look-at-videos.ts';
import { reportPlan } from './report-plan.ts';

/** How far a plan has come. */
export interface PlanProgress {
  readonly videos: number;
  readonly files: number;
  readonly sizes: number;
}

/** Callbacks and stop signals of a plan. */
export interface PlanHooks {
  readonly onProgress: (progress: PlanProgress) => void;
  /** A video that a copy would not take, or a row that is none. */
  readonly onRefused: (failure: Failure, id: string | undefined) => void;
  readonly onNotice: (text: string) => void;
  /** What of the catalogue was left out, and what could not be read. */
  readonly onWarning: (text: string) => void;
  /** Absent: that of this process. */
  readonly stdin?: StandardInput;
  /** Once aborted, no more videos and sizes are asked for, and what is known by then is told. */
  readonly drain: AbortSignal;
  readonly signal: AbortSignal;
}

/**
 * Finds out what a copy would move, from the catalogue, the playlists, a sample of sizes, and any state of earlier runs. Writes
 * nothing anywhere.
 *
 * @throws {FlantsError} when nothing could be planned; `aborted`
 */
export async function planLibrary(
  options: PlanOptions,
  hooks: PlanHooks,
): Promise<{ exitCode: number; report: PlanReport }> {
  const { stdin = process.stdin, drain, signal, onNotice } = hooks;
  const input = { stdin, signal: AbortSignal.any([drain, signal]), onResumed: onNotice };
  return keptForNow(options.sources, input, (sources) =>
    withPreviousState(options.stateDir, (previous) => plan({ ...options, sources }, previous, hooks)),
  );
}

async function plan(
  options: PlanOptions,
  previous: PreviousState | undefined,
  hooks: PlanHooks,
): Promise<{ exitCode: number; report: PlanReport }> {
  const { drain, signal, onProgress } = hooks;
  const survey = await surveySources(options, AbortSignal.any([drain, signal]));
  const journal = (await journalWithKeyRules(previous)) ?? new MemoryJournal();
  const keyRules = await resolveKeyRules(journal, options, survey.firstUrls);
  const source = openSource(await sourceSpecOf(options, survey));
  const files = collectFiles(options.seed, options.sampleFiles);
  const videos = collectVideos();
  const rows = countCauses();
  const leftOut = countLeftOut();
  const oddRows = collectRowWarnings();
  const reports: VideoReport[] = [];
  const progress = { videos: 0, files: 0, sizes: 0 };
  const refuse = (failure: Failure, id?: string): void => {
    rows.add(failure, id);
    hooks.onRefused(failure, id);
  };
  try {
    const found = await lookAtVideos(
      options,
      { source, keyRules, previous },
      {
        drain,
        signal,
        onLook: (look) => {
          videos.add(look, files.add(look));
          // The exit code needs no more than whether there are any.
          const { external, warnings } = look.report;
          const few = { external: external.slice(0, 1), warnings: warnings.slice(0, 1), failures: [] };
          reports.push({ ...look.report, ...few });
          if (look.report.invalid) hooks.onRefused(look.report.invalid, look.report.id);
          progress.videos += 1;
          progress.files += look.report.files.total;
          onProgress(progress);
        },
        onRefused: ({ failure, id }) => refuse(failure, id),
        onMissing: (id) => refuse(missingRowEntry(id).failure, id),
        onWarning: (warning) => oddRows.add(warning),
        onLeftOut: (_, why) => leftOut.add(why),
        onAbsentField: hooks.onWarning,
      },
    );
    for (const message of [...leftOut.warnings(found), ...oddRowsText(oddRows.summary())]) hooks.onWarning(message);
    const { groups, folders } = files.collection();
    const answers = await askSizes(groups, {
      source,
      sampleFiles: options.sampleFiles,
      concurrency: options.concurrency ?? usualConcurrency,
      drain,
      signal,
      onAnswer: () => {
        progress.sizes += 1;
        onProgress(progress);
      },
    });
    // A list that was not read to its end says nothing of what is behind it.
    const isPart = drain.aborted && options.sampleVideos === undefined;
    const population = isPart ? reports.length : found;
    const known = { options, groups, folders, answers, videos, population, rows: rows.causes() };
    const report = reportPlan(known, { interrupted: drain.aborted });
    const reckoned = options.cost && (await reckon(report, options.cost, { options, previous, answers }));
    return {
      exitCode: exitCodeOf({
        videos: reports.map(asCopied),
        refused: rows.causes().reduce((sum, { count }) => sum + count, 0),
        interrupted: drain.aborted,
      }),
      report: { ...report, ...reckoned },
    };
  } finally {
    await source.close();
  }
}

function oddRowsText(warnings: RowWarnings | undefined): readonly string[] {
  if (!warnings) return [];
  const example = warnings.rows[0]?.message ?? '';
  return [`${formatCounted(warnings.count, 'row')} with a part that cannot be read, such as ${example}`];
}
