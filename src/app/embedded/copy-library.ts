import { randomUUID } from 'node:crypto';
import { createProgressTracker } from '../../aggregator/progress-tracker.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { withoutSecrets } from '../../config/values/location.ts';
import type { BatchJob } from '../../domain/batch.ts';
import { failureOf } from '../../domain/failure.ts';
import type { LibraryReport } from '../../domain/report.ts';
import { second } from '../../domain/units.ts';
import type { VideoJob } from '../../domain/video-job.ts';
import type { VideoId } from '../../domain/video.ts';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { observeLedger } from '../../ledger/observe-ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { collectRowWarnings } from '../../scanner/row-warnings.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import { openStateFile } from '../../state/file.ts';
import { keepStandardInput } from './keep-stdin.ts';
import { reportRun, withFunctions } from './report-run.ts';
import type { CopyContext, FinishedRun, RunState, ScanResult } from './report-run.ts';
import { boundHeap } from '../bound-heap.ts';
import { openSource } from '../open/source.ts';
import { destinationOf, saveDestination } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import type { Dashboard, DashboardParts } from './dashboard.ts';
import { dryRun } from './dry-run.ts';
import { emit } from './emit.ts';
import { createRunBudget, spentWarning } from './run-budget.ts';
import type { RunBudget } from './run-budget.ts';
import { openExecutor } from './open-executor.ts';
import { findInDoubt, tellInDoubt } from './in-doubt.ts';
import type { InDoubt } from './in-doubt.ts';
import type { CopyHooks } from './emit.ts';
import { startEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { saveKeyRules, resolveKeyRules } from '../../engine/key-rules.ts';
import { keepFunctionUse } from '../function-meter.ts';
import type { FunctionMeter } from '../function-meter.ts';
import { openLimits, requestsTo } from '../limits.ts';
import { openCatalogue, surveySources } from '../open/catalogue.ts';
import type { Survey } from '../open/catalogue.ts';
import { openCdn } from '../open/cdn.ts';
import { openDestination } from '../open/destination.ts';
import { countLeftOut } from './left-out.ts';
import { missingRowEntry, refusedRowEntry } from './refused-rows.ts';
import type { RefusedRowEntry } from './refused-rows.ts';
import { saveSourceStore } from '../source-setting.ts';
import { sourceSpecOf } from '../source-spec.ts';

const progressEveryMs = second;
const noDoubt: InDoubt = new Map();

/**
 * Copies a library with the embedded engine: one process, worker threads, and all state in one file.
 *
 * @returns a report on the videos of this run, and the exit code
 * @throws {FlantsError} when the run could not start
 */
export async function copyLibrary(
  options: CopyOptions,
  hooks: CopyHooks,
): Promise<{ exitCode: number; report: LibraryReport }> {
  if (options.dryRun) return dryRun(options, hooks);
  const state = openStateFile(options.stateDir);
  try {
    const journal = new SqliteJournal(state);
    const tracker = createProgressTracker(() => performance.now());
    const ledger = observeLedger(new SqliteLedger(state), (video, before, after) => {
      tracker.changed(video, before, after);
      runState.watch?.(video);
    });
    const runState: RunState = { journal, ledger, tracker };
    const inDoubt = options.lambda ? await findInDoubt(ledger) : noDoubt;
    await ledger.releaseAll();
    for await (const { video, record } of ledger.videos()) tracker.changed(video, undefined, record);
    const { sources, stateDir } = options;
    const { stdin = process.stdin } = hooks;
    const signal = AbortSignal.any([hooks.drain, hooks.signal]);
    const onResumed = (message: string): void => emit(hooks, { type: 'warning', message });
    const files = await keepStandardInput(sources, { folder: stateDir, stdin, signal, onResumed });
    return await run({ ...options, sources: files }, hooks, runState, inDoubt);
  } finally {
    state.close();
  }
}

async function run(
  options: CopyOptions,
  hooks: CopyHooks,
  state: RunState,
  inDoubt: InDoubt,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const { journal, ledger, tracker } = state;
  const survey = await surveySources(options, hooks.signal);
  const limits = openLimits(options.limits);
  // Options that contradict the library are refused before anything is written to its destination.
  await resolveKeyRules(journal, options, survey.firstUrls);
  const sourceSpec = { ...(await sourceSpecOf(options, survey)), limits: limits.source };
  const source = openSource(sourceSpec);

  const destination = await destinationOf(options);
  const { store, capabilities, extra } = await openDestination(destination, {
    ...options,
    ...requestsTo(limits),
    signal: hooks.signal,
  });
  const cdn = await openCdn(destination, options, hooks);
  const { emptySegments: keepsEmptySegments } = capabilities;
  const keyRules = await resolveKeyRules(journal, options, survey.firstUrls, { keepsEmptySegments });
  const common: CopyContext = { options, hooks, state, keyRules };
  await saveDestination(journal, destination, '--state');
  await saveSourceStore(journal, sourceSpec);
  emit(hooks, {
    type: 'started',
    sources: options.sources.map(nameOf),
    destination: destination.name,
    stateDir: options.stateDir,
  });

  const { meter, ...opened } = await openExecutor(
    common,
    { source: sourceSpec, destination, capabilities, limits },
    extra,
  );
  const executor = tellInDoubt(opened.executor, inDoubt);
  const keepUse = meter && (await keepFunctionUse(journal, meter));
  const crawls = new MemoryQueue<VideoJob>();
  const batches = new MemoryQueue<BatchJob>();
  const publications = new MemoryQueue<VideoJob>();
  const budget = createRunBudget(options, meter, (limit) => emit(hooks, spentWarning(limit)));
  const dashboard = await openDashboard(common, destination, { crawls, batches, publications }, meter, budget);
  const engine = startEngine(
    {
      source,
      store: budget?.metered(store) ?? store,
      ...(budget ? { budget } : {}),
      ...(cdn ? { cdn } : {}),
      journal,
      ledger,
      executor,
      keyRules,
      limits: defaultWalkLimits,
      crawls,
      batches: dashboard?.batches ?? batches,
      publications,
      patienceMs: options.patienceMs,
      hasten: () => [crawls, batches, publications].forEach((queue) => queue.hasten()),
      external: options.external,
      nameProbe: createNameProbe(),
      assumeEnded: options.assumeEnded,
      existing: options.existing,
      sha256: options.sha256,
      ...(options.headerPolicy ? { headerPolicy: options.headerPolicy } : {}),
      newGeneration: randomUUID,
      now: Date.now,
      random: Math.random,
    },
    {
      drain: hooks.drain,
      signal: hooks.signal,
      onOutcome: (_, outcome) => {
        if (outcome.kind !== 'failed') tracker.recorded(outcome);
        budget?.recorded(outcome);
        if (outcome.kind === 'copied') meter?.wrote(outcome.evidence.sizeBytes);
      },
      onFailures: (video, { final, again }) => {
        tracker.failed(final.length);
        for (const { key, url, failure } of final) emit(hooks, { type: 'file-failed', video, key, url, failure });
        for (const retry of again) emit(hooks, { type: 'tried-again', video, ...retry });
      },
      onPostponed: (video, delayMs, failure) => emit(hooks, { type: 'tried-again', video, delayMs, failure }),
      onPlanned: async (video, counts) => {
        await saveKeyRules(journal, keyRules);
        emit(hooks, { type: 'planned', video, ...counts });
      },
      onWait: (video, delayMs) => emit(hooks, { type: 'video', video, state: 'live', delayMs }),
      onState: (video, videoState, failure) =>
        emit(hooks, { type: 'video', video, state: videoState, ...(failure ? { failure } : {}) }),
      onWaiting: ({ isAllThatIsLeft, ...waiting }) =>
        emit(hooks, { type: 'waiting', ...waiting, allThatIsLeft: isAllThatIsLeft }),
      onWarning: (video, message) => emit(hooks, { type: 'warning', video, message }),
      onInvalidated: (video, paths) => emit(hooks, { type: 'invalidated', video, paths }),
    },
  );
  const stopBounding = boundHeap();
  const progressTimer = setInterval(() => {
    if (!dashboard?.isLingering())
      emit(hooks, { type: 'progress', progress: withFunctions(tracker.progress(), meter) });
    // What it cannot keep now it keeps with the next.
    void keepUse?.().catch(() => undefined);
  }, progressEveryMs);
  try {
    if (dashboard) emit(hooks, { type: 'dashboard', url: await dashboard.start(engine) });
    tracker.expect(mostVideos(options, survey));
    const scanned = await scan(common, engine, budget?.reached);
    tracker.expect();
    // A list that was not read to its end may have more.
    const isCut = budget?.reached.aborted === true;
    await engine.idle();
    const end = await lingerOn(dashboard, engine, common);
    await engine.stop();
    await keepUse?.();
    const { videos } = scanned;
    const metered = meter ? { meter } : {};
    const all = [...new Set([...videos, ...(dashboard?.submitted ?? [])])];
    const budgeted = budget ? { budget: budget.report(), isCut } : {};
    const finished: FinishedRun = {
      scanned: { ...scanned, videos: all },
      engine,
      destination,
      capabilities,
      ...end,
      ...metered,
      ...budgeted,
    };
    return await reportRun(common, finished);
  } finally {
    clearInterval(progressTimer);
    limits.stop();
    stopBounding();
    await dashboard?.close();
    await engine.stop();
    await executor.close();
    await Promise.all([source.close(), store.close(), cdn?.close()]);
  }
}

/** How many videos a scan finds at the most: while the stages behind it are busy, it waits, and much is unread. */
function mostVideos({ ids, limit = Infinity }: CopyOptions, { videos }: Survey): number {
  return Math.min(videos, limit, ids.length > 0 ? ids.length : Infinity);
}

/** Loaded only where it is wanted: a copy without it starts no slower. */
async function openDashboard(
  { options, hooks, state }: CopyContext,
  destination: DestinationSetting,
  queues: DashboardParts['queues'],
  meter?: FunctionMeter,
  budget?: RunBudget,
): Promise<Dashboard | undefined> {
  if (!options.dashboard) return undefined;
  const { createDashboard } = await import('./dashboard.ts');
  return createDashboard({
    options: options.dashboard,
    state,
    destination,
    queues,
    version: hooks.version,
    posters: { proxies: options.proxies, signal: hooks.signal },
    ...(meter ? { cost: () => meter.cost() } : {}),
    ...(budget ? { budget: () => budget.report() } : {}),
    onWarning: (message) => emit(hooks, { type: 'warning', message }),
  });
}

/**
 * Keeps the page after the end, and goes on with what people decide there.
 *
 * @returns how far the copy has come and when, without the time that the page stayed; and whether it was stopped before its
 *   end: to stop while nothing is left to do is not that
 */
async function lingerOn(
  dashboard: Dashboard | undefined,
  engine: Engine,
  { options, hooks, state }: Pick<CopyContext, 'options' | 'hooks' | 'state'>,
): Promise<Pick<FinishedRun, 'progress' | 'endedAt' | 'interrupted'>> {
  const stopped = AbortSignal.any([hooks.drain, hooks.signal]);
  const [progress, endedAt] = [state.tracker.progress(), Date.now()];
  if (!dashboard || stopped.aborted || engine.halted()) return { progress, endedAt, interrupted: stopped.aborted };
  const onEnd = (): void => emit(hooks, { type: 'lingering', lingerMs: options.dashboard?.lingerMs ?? 0 });
  if ((await dashboard.linger(stopped, onEnd)) === 'over') return { progress, endedAt, interrupted: false };
  await engine.idle();
  return lingerOn(dashboard, engine, { options, hooks, state });
}

async function scan(
  { options, hooks, state, keyRules }: CopyContext,
  engine: Engine,
  budget: AbortSignal | undefined,
): Promise<ScanResult> {
  const videos: VideoId[] = [];
  const refused: RefusedRowEntry[] = [];
  const warnings = collectRowWarnings();
  const leftOut = countLeftOut();
  const { ids, limit, selection } = options;
  const rules = { ids, selection, ...(limit === undefined ? {} : { limit }) };
  const missing = await scanCatalogue(
    await openCatalogue(options.sources, options),
    rules,
    { ...state, keyRules, newGeneration: randomUUID, now: Date.now },
    {
      onVideo: async ({ id, playlistUrl, sideFiles }) => {
        videos.push(id);
        await engine.crawl(id, {
          recheck: options.recheck,
          urls: { playlistUrl, ...(sideFiles ? { sideFiles } : {}) },
        });
      },
      onRefused: (row) => {
        const entry = refusedRowEntry(row);
        refused.push(entry);
        emit(hooks, { type: 'row-refused', ...entry });
      },
      onWarning: (warning) => {
        warnings.add(warning);
        emit(hooks, { type: 'row-warning', ...warning });
      },
      onLeftOut: (_, why) => leftOut.add(why),
    },
    AbortSignal.any([hooks.drain, hooks.signal, ...(budget ? [budget] : [])]),
  ).catch((error: unknown): readonly VideoId[] => {
    // Stopped during the scan. The videos found so far are reported as usual.
    if ((hooks.drain.aborted || budget?.aborted) && failureOf(error).code === 'aborted') return [];
    throw error;
  });
  for (const message of leftOut.warnings(videos.length)) emit(hooks, { type: 'warning', message });
  const unknown = budget?.aborted ? [] : missing;
  for (const id of unknown) emit(hooks, { type: 'warning', video: id, message: 'no source names this video' });
  return { videos, refused: [...refused, ...unknown.map(missingRowEntry)], rowWarnings: warnings.summary() };
}

function nameOf(source: CopyOptions['sources'][number]): string {
  if (source.kind === 'stdin') return 'standard input';
  if (source.kind === 'api') return source.name;
  return source.kind === 'catalogue' ? (source.name ?? source.path) : withoutSecrets(source.url);
}
