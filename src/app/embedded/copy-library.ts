import { randomUUID } from 'node:crypto';
import { createProgressTracker } from '../../aggregator/progress-tracker.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { LibraryReport } from '../../domain/report/copy.ts';
import { second } from '../../domain/units.ts';
import type { VideoJob } from '../../domain/video-job.ts';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { observeLedger } from '../../ledger/observe-ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { openStateFile } from '../../state/file.ts';
import { keepStandardInput } from './keep-stdin.ts';
import { reportRun, withFunctions } from './report-run.ts';
import type { CopyContext, FinishedRun, RunState } from './report-run.ts';
import { scanSources } from './scan-sources.ts';
import { boundHeap } from '../bound-heap.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import type { Dashboard, DashboardParts } from './dashboard.ts';
import { dryRun } from './dry-run.ts';
import { engineHooksOf } from './engine-hooks.ts';
import type { RunMeters } from './engine-hooks.ts';
import { emit } from './emit.ts';
import { createRunBudget, spentWarning } from './run-budget.ts';
import { openExecutor } from './open-executor.ts';
import { openPlaces } from './open-places.ts';
import type { Closer, OpenPlaces } from './open-places.ts';
import { findInDoubt, tellInDoubt } from './in-doubt.ts';
import type { InDoubt } from './in-doubt.ts';
import type { CopyHooks } from './emit.ts';
import { startEngine } from '../../engine/engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { keepFunctionUse } from '../functions/meter.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { RememberOptions } from '../../catalogue/remember-rows.ts';
import { createTokenFinder } from '../find-tokens.ts';
import type { TokenFinder } from '../find-tokens.ts';
import { openCatalogue } from '../open/catalogue.ts';
import type { Survey } from '../open/catalogue.ts';

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
    for await (const { video, record } of ledger.videos()) tracker.known(video, record);
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
  const closers: Closer[] = [];
  try {
    return await copy(await openPlaces(options, hooks, state, closers), inDoubt, closers);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function copy(
  { context, survey, limits, source, sourceSpec, destination, cdn }: OpenPlaces,
  inDoubt: InDoubt,
  closers: Closer[],
): Promise<{ exitCode: number; report: LibraryReport }> {
  const { options, hooks, state, keyRules } = context;
  const { journal, ledger, tracker } = state;
  const { setting, store, capabilities, extra } = destination;
  const places = { source: sourceSpec, destination: setting, capabilities, limits };
  const { meter, ...opened } = await openExecutor(context, places, extra);
  const executor = tellInDoubt(opened.executor, inDoubt);
  closers.push(() => executor.close());
  const keepUse = meter && (await keepFunctionUse(journal, meter));
  const crawls = new MemoryQueue<VideoJob>();
  const batches = new MemoryQueue<BatchJob>();
  const publications = new MemoryQueue<VideoJob>();
  const budget = createRunBudget(options, meter, (limit) => emit(hooks, spentWarning(limit)));
  const dashboard = await openDashboard(context, setting, { crawls, batches, publications }, { meter, budget });
  const catalogue = dashboard && (await openCatalogue(options.sources, { ...options, remember: rememberOf(context) }));
  if (catalogue) closers.push(() => catalogue.close());
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
      ...(catalogue ? { findTokens: findTokensIn(catalogue, context) } : {}),
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
    engineHooksOf(context, { meter, budget }),
  );
  closers.push(() => engine.stop());
  if (dashboard) closers.push(() => dashboard.close());
  closers.push(boundHeap());
  const progressTimer = setInterval(() => {
    if (!dashboard?.isLingering())
      emit(hooks, { type: 'progress', progress: withFunctions(tracker.progress(), meter) });
    // What it cannot keep now it keeps with the next.
    void keepUse?.().catch(() => undefined);
  }, progressEveryMs);
  closers.push(() => clearInterval(progressTimer));

  if (dashboard) emit(hooks, { type: 'dashboard', url: await dashboard.start(engine) });
  tracker.expect(mostVideos(options, survey));
  const scanned = await scanSources(context, engine, budget?.reached);
  tracker.expect();
  // A list that was not read to its end may have more.
  const isCut = budget?.reached.aborted === true;
  await engine.idle();
  const end = await lingerOn(dashboard, engine, context);
  await engine.stop();
  await keepUse?.();
  const finished: FinishedRun = {
    scanned: { ...scanned, videos: [...new Set([...scanned.videos, ...(dashboard?.submitted ?? [])])] },
    engine,
    destination: setting,
    capabilities,
    ...end,
    ...(meter ? { meter } : {}),
    ...(budget ? { budget: budget.report(), isCut } : {}),
  };
  return reportRun(context, finished);
}

/** How rows are looked up for what people decide on the page: as the catalogue has them by then. */
function rememberOf({ keyRules }: CopyContext): RememberOptions {
  return { tokenRules: keyRules, rereadAfterMs: 10 * second, now: () => performance.now() };
}

function findTokensIn(catalogue: Catalogue, { keyRules, hooks }: CopyContext): TokenFinder {
  return createTokenFinder(catalogue, {
    keyRules,
    onCatalogue: (isThere, why) => {
      if (!isThere) emit(hooks, { type: 'warning', message: `videos whose tokens it knows wait: ${why}` });
    },
    now: () => performance.now(),
    signal: hooks.signal,
  });
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
  { meter, budget }: RunMeters,
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
