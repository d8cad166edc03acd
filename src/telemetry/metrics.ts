import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { budgetKinds } from '../domain/cost/budget.ts';
import type { BudgetReport } from '../domain/cost/budget.ts';
import type { BatchEnd } from '../domain/batch.ts';
import { gbSecondsOf } from '../domain/cost/function-use.ts';
import type { FunctionRequest } from '../domain/cost/function-use.ts';
import { second } from '../domain/units.ts';
import type { VideoState } from '../domain/video.ts';

/** Metrics of a process, for Prometheus and other readers of its format. */
export interface ProcessMetrics {
  /** Media type of `text`. */
  readonly contentType: string;
  /** All metrics in their current state: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): Promise<string>;
  /** The metrics of one role of the process, which is a label of each. */
  of(role: string): RoleMetrics;
}

/** Metrics of a process with one role. */
export interface Metrics extends RoleMetrics, Pick<ProcessMetrics, 'contentType' | 'text'> {}

/** What one role counts and measures. */
export interface RoleMetrics {
  /** Counts a file of a batch. `bytes` is the number of bytes sent. */
  file(outcome: 'copied' | 'unchanged' | 'failed', bytes?: number): void;
  /** Files that were copied or found unchanged since the process started, and the bytes sent. */
  workDone(): { readonly files: number; readonly bytes: number };
  batch(end: BatchEnd, durationMs: number): void;
  crawl(result: string): void;
  publication(result: string): void;
  /** Counts paths of which a CDN was told. */
  invalidated(paths: number): void;
  /** A status for which the catalogue has no row. */
  writeBackMissed(): void;
  /** Jobs waiting, delayed or active. */
  queueDepth(queue: string, jobs: number): void;
  videos(counts: Readonly<Record<VideoState, number>>): void;
  /** Counts a request to a service that runs functions. */
  functions(request: FunctionRequest): void;
  /** What functions have cost so far, with the objects that they wrote. In US dollars. */
  functionDollars(dollars: number): void;
  /** What a budget allows and what was spent, for the whole cluster. */
  budget(report: BudgetReport): void;
  /** Whether this role has stopped taking work because of a failure. */
  halted(isHalted: boolean): void;
}

/** Buckets from a batch of small files nearby to one of large files over a slow link. */
const batchSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/** Creates the metrics of a process with one role. */
export function createMetrics(role: string): Metrics {
  const metrics = createProcessMetrics(role);
  return { ...metrics.of(role), contentType: metrics.contentType, text: () => metrics.text() };
}

/**
 * Creates metrics in a registry of their own, so that several instances in one process do not interfere. They include
 * the default metrics of a process (CPU, memory, event loop).
 *
 * @param name - what the default metrics have as their label `role`
 */
export function createProcessMetrics(name: string): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, labels: { role: name } });
  const meters = createMeters(registry);
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    of: (role) => roleMetrics(role, meters),
  };
}

type Meters = ReturnType<typeof createMeters>;

function createMeters(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name: `flants_${name}`, help, labelNames: [...labelNames, 'role'], registers });
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({ name: `flants_${name}`, help, labelNames: [...labelNames, 'role'], registers });
  return {
    files: counter('files_total', 'Files that were copied, were there already, or failed, by outcome', 'outcome'),
    bytes: counter('bytes_total', 'Bytes of the files that were copied'),
    batches: counter('batches_total', 'Batches that ended, by how their worker ended', 'end'),
    batchDuration: new Histogram({
      name: 'flants_batch_duration_seconds',
      help: 'From dispatch to answer',
      buckets: batchSeconds,
      labelNames: ['role'],
      registers,
    }),
    crawls: counter('crawls_total', 'Crawls that ended, by result', 'result'),
    publications: counter('publications_total', 'Publications that ended, by result', 'result'),
    invalidations: counter('invalidated_paths_total', 'Paths that were sent to the CDN as invalidations'),
    writeBacksMissed: counter('write_backs_missed_total', 'Statuses for which the catalogue has no row'),
    queues: gauge('queue_jobs', 'Jobs waiting, delayed or active, by queue', 'queue'),
    videos: gauge('videos', 'Videos by state', 'state'),
    invocations: counter('function_requests_total', 'Invocations of the function, by how they ended', 'result'),
    gbSeconds: counter('function_gb_seconds_total', 'GB-seconds of the function, as AWS bills them'),
    dollars: gauge('function_dollars', 'Cost of the function and of the PUTs that it made, in US dollars'),
    budgetSpent: gauge('budget_spent', 'Spent so far by the whole cluster, by kind', 'kind'),
    budgetLimit: gauge('budget_limit', 'Budget of the whole cluster, by kind', 'kind'),
    budgetReached: gauge('budget_reached', '1 while no new work starts because the budget is spent'),
    halted: gauge('halted', '1 while work has stopped because of a failure that concerns every video'),
  };
}

function roleMetrics(role: string, meters: Meters): RoleMetrics {
  let [doneFiles, sentBytes] = [0, 0];
  // A series that has not begun yet would look like one that nobody exports.
  const { bytes, writeBacksMissed, gbSeconds, dollars, halted } = meters;
  for (const each of [bytes, writeBacksMissed, gbSeconds, dollars, halted]) each.inc({ role }, 0);
  meters.batchDuration.zero({ role });
  return {
    workDone: () => ({ files: doneFiles, bytes: sentBytes }),
    file(outcome, sent = 0) {
      if (outcome !== 'failed') doneFiles += 1;
      sentBytes += sent;
      meters.files.inc({ outcome, role });
      if (sent > 0) bytes.inc({ role }, sent);
    },
    batch(end, durationMs) {
      meters.batches.inc({ end, role });
      meters.batchDuration.observe({ role }, durationMs / second);
    },
    crawl: (result) => meters.crawls.inc({ result, role }),
    publication: (result) => meters.publications.inc({ result, role }),
    invalidated: (paths) => meters.invalidations.inc({ role }, paths),
    writeBackMissed: () => writeBacksMissed.inc({ role }),
    queueDepth: (queue, jobs) => meters.queues.set({ queue, role }, jobs),
    videos(counts) {
      for (const [state, count] of Object.entries(counts)) meters.videos.set({ state, role }, count);
    },
    functions(request) {
      meters.invocations.inc({ result: request.kind === 'ran' ? (request.death ?? 'answered') : request.kind, role });
      if (request.kind === 'ran') gbSeconds.inc({ role }, gbSecondsOf(request));
    },
    functionDollars: (sum) => dollars.set({ role }, sum),
    budget({ budget, spent, reached }) {
      meters.budgetLimit.reset();
      for (const kind of budgetKinds) {
        meters.budgetSpent.set({ kind, role }, spent[kind]);
        const limit = budget[kind];
        if (limit !== undefined) meters.budgetLimit.set({ kind, role }, limit);
      }
      meters.budgetReached.set({ role }, reached === undefined ? 0 : 1);
    },
    halted: (isHalted) => halted.set({ role }, isHalted ? 1 : 0),
  };
}
