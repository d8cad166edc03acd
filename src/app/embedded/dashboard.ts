import { setTimeout as sleep } from 'node:timers/promises';
import { serveHttp } from '../../api/serve.ts';
import type { HttpService } from '../../api/serve.ts';
import { addressText } from '../../config/child-environment.ts';
import type { DashboardOptions } from '../../config/dashboard-options.ts';
import { createControl } from '../../control/control.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { BudgetReport } from '../../domain/cost/budget.ts';
import type { FunctionCost } from '../../domain/cost/function-use.ts';
import { second } from '../../domain/units.ts';
import type { VideoJob } from '../../domain/video-job.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Engine } from '../../engine/engine.ts';
import { createLocalChangeFeed } from '../../ledger/change-feed.ts';
import type { Monitor } from '../../monitor/monitor.ts';
import { activeBatchOf } from '../active-batch.ts';
import type { Gauges } from '../../monitor/monitor-ports.ts';
import { createRateHistory } from '../../monitor/rate-history.ts';
import type { MemoryQueue } from '../../queue/memory-queue.ts';
import { watchJobs } from '../../queue/watch-jobs.ts';
import type { LocalQueue } from '../../queue/job-queue.ts';
import { createHealth } from '../../telemetry/health.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { usualControlPorts } from '../control-ports.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { readFunctionCost } from '../functions/meter.ts';
import { postersOf } from '../open/posters.ts';
import type { PosterAccess } from '../open/posters.ts';
import { liveCostOf, openMonitor } from '../monitor.ts';
import type { RunState } from './report-run.ts';

/** What the page of a copy shows. */
export interface DashboardParts {
  readonly options: DashboardOptions;
  readonly state: RunState;
  readonly destination: DestinationSetting;
  readonly queues: {
    readonly crawls: MemoryQueue<VideoJob>;
    readonly batches: MemoryQueue<BatchJob>;
    readonly publications: MemoryQueue<VideoJob>;
  };
  /** Of FLAnts. */
  readonly version: string;
  /** For the posters of reports. */
  readonly posters: PosterAccess;
  /** Absent: nothing is paid by use. */
  readonly cost?: () => FunctionCost;
  /** Absent: nobody wants to know what is spent. */
  readonly budget?: () => BudgetReport;
  readonly onWarning: (message: string) => void;
}

/** The page of a copy. */
export interface Dashboard {
  /** The queue of batches, to be worked in place of the one that was given. */
  readonly batches: LocalQueue<BatchJob>;
  /**
   * Begins to serve the page.
   *
   * @returns its address
   * @throws {FlantsError} `usage` when it cannot listen there
   */
  start(engine: Pick<Engine, 'crawl' | 'advance'>): Promise<string>;
  /**
   * Shows the end, and waits until somebody has seen it and left, until time is up, or the signal. Returns `work` when
   * somebody has given the copy more to do, at once where that was before.
   *
   * @param onEnd - called when the end is shown
   */
  linger(signal: AbortSignal, onEnd: () => void): Promise<'over' | 'work'>;
  /** Whether the run has ended, and only the page is there still. */
  isLingering(): boolean;
  /** Videos that were submitted on the page. */
  readonly submitted: ReadonlySet<VideoId>;
  close(): Promise<void>;
}

const lookEveryMs = second / 5;
/** A page that is loaded again is away for a moment. */
const awayMs = 2 * second;

/** Creates the page of a copy. Its state is watched from now on. */
export function createDashboard(parts: DashboardParts): Dashboard {
  const { options, state, destination, queues, version, posters, cost, budget, onWarning } = parts;
  const { journal, ledger, tracker } = state;
  const changes = createLocalChangeFeed();
  state.watch = (video) => changes.note(video);
  const batches = watchJobs(queues.batches, Date.now);
  const history = createRateHistory();
  const startedAt = Date.now();
  const submitted = new Set<VideoId>();
  let worked = Promise.withResolvers<void>();
  let hasWork = false;
  /** Of the run, once it has ended: the time that the page stays is not part of it. */
  let tookMs: number | undefined;
  let service: HttpService | undefined;
  const sampling = setInterval(() => {
    const { filesPerSecond, bytesPerSecond } = tracker.progress();
    history.add([Date.now(), filesPerSecond, bytesPerSecond]);
  }, second);
  sampling.unref();

  const gauges = async (): Promise<Gauges> => {
    const { totals: _, active: __, run, ...progress } = tracker.progress();
    return {
      progress: { ...progress, run: { ...run, durationMs: tookMs ?? run.durationMs } },
      services: [{ name: 'copy', id: String(process.pid), version, since: startedAt, at: Date.now() }],
      queues: Object.entries(queues).map(([name, queue]) => ({ name, ...queue.depth() })),
      batches: batches.active().map(activeBatchOf),
      cost: cost ? liveCostOf(cost()) : null,
      budget: budget?.() ?? null,
      scanFailed: null,
    };
  };
  const { monitor, page } = openMonitor({
    ledger,
    journal,
    changes,
    gauges,
    history: () => history.samples(),
    version,
    destination,
    publicUrl: options.publicUrl,
    onWarning,
  });

  const takeWork = (): boolean => {
    const had = hasWork;
    hasWork = false;
    worked = Promise.withResolvers();
    return had;
  };

  return {
    batches: batches.queue,
    submitted,
    isLingering: () => tookMs !== undefined,
    async start(engine) {
      const work = async <T>(does: Promise<T>): Promise<T> => {
        const done = await does;
        hasWork = true;
        worked.resolve();
        return done;
      };
      const control = createControl({
        ...usualControlPorts(journal, ledger),
        destination: destination.name,
        openPosters: postersOf({ journal, ledger, destination: async () => destination, ...posters }),
        functionCost: () => readFunctionCost(journal),
        takeNextStep: (video) => work(engine.advance(video)),
        crawl(video) {
          submitted.add(video);
          return work(engine.crawl(video, { recheck: false }));
        },
      });
      const health = createHealth(['copy'], () => performance.now());
      health.set('copy', true);
      const { listen, publicUrl: _, lingerMs: __, ...access } = options;
      service = await serveHttp({
        ...access,
        listen,
        version,
        health,
        metrics: createMetrics('copy'),
        control,
        monitor,
        page,
        log: { error: onWarning },
      });
      return `http://${addressText({ host: listen.host, port: service.port })}/`;
    },
    async linger(signal, onEnd) {
      // What was decided while there was work anyway may have been part of it; one more look tells.
      if (takeWork()) return 'work';
      tookMs = tracker.progress().run.durationMs;
      monitor.setEnded({ at: Date.now() });
      onEnd();
      const over = new AbortController();
      const waiting = waitUntilSeen(monitor, options.lingerMs, AbortSignal.any([signal, over.signal]));
      const end = await Promise.race([waiting, worked.promise.then(() => 'work' as const)]);
      over.abort();
      if (!takeWork()) return end;
      tookMs = undefined;
      monitor.setEnded(null);
      return 'work';
    },
    async close() {
      clearInterval(sampling);
      await monitor.close();
      await service?.close();
      delete state.watch;
    },
  };
}

async function waitUntilSeen(monitor: Monitor, lingerMs: number, signal: AbortSignal): Promise<'over'> {
  const endsAt = performance.now() + lingerMs;
  let awaySince: number | undefined;
  while (performance.now() < endsAt && !signal.aborted) {
    const isAway = monitor.isEndSeen && monitor.viewers === 0;
    awaySince = isAway ? (awaySince ?? performance.now()) : undefined;
    if (awaySince !== undefined && performance.now() - awaySince >= awayMs) break;
    await sleep(Math.min(lookEveryMs, endsAt - performance.now()), undefined, { signal }).catch(() => undefined);
  }
  return 'over';
}
