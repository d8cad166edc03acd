import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchEnd } from '../domain/batch.ts';
import { gbSecondsOf } from '../domain/function-use.ts';
import type { FunctionRequest } from '../domain/function-use.ts';
import { second } from '../domain/units.ts';
import type { VideoState } from '../domain/video.ts';

/** Metrics of a process, for Prometheus and other readers of its format. */
export interface Metrics {
  /** Media type of `text`. */
  readonly contentType: string;
  /** All metrics in their current state: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): Promise<string>;
  /** Counts a file of a batch. `bytes` is the number of bytes sent. */
  file(outcome: 'copied' | 'unchanged' | 'failed', bytes?: number): void;
  /** Files that were copied or found unchanged since the process started, and the bytes sent. */
  workDone(): { readonly files: number; readonly bytes: number };
  batch(end: BatchEnd, durationMs: number): void;
  crawl(result: string): void;
  publication(result: string): void;
  /** A status for which the catalogue has no row. */
  writeBackMissed(): void;
  /** Jobs waiting, delayed or active. */
  queueDepth(queue: string, jobs: number): void;
  videos(counts: Readonly<Record<VideoState, number>>): void;
  /** Counts a request to a service that runs functions. */
  functions(request: FunctionRequest): void;
  /** What functions have cost so far, with the objects that they wrote. In US dollars. */
  functionDollars(dollars: number): void;
  /** Whether this process has stopped taking work because of a failure. */
  halted(isHalted: boolean): void;
}

/** Buckets from a batch of small files nearby to one of large files over a slow link. */
const batchSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/**
 * Creates metrics in a registry of their own, so that several instances in one process do not interfere. They include
 * the default metrics of a process (CPU, memory, event loop).
 *
 * @param role - label of every metric
 */
export function createMetrics(role: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  let [doneFiles, sentBytes] = [0, 0];
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name: `flants_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({ name: `flants_${name}`, help, labelNames, registers });

  const files = counter('files_total', 'Files that came to their end, by outcome', 'outcome');
  const bytes = counter('bytes_total', 'Bytes of the files that were copied');
  const batches = counter('batches_total', 'Batches that ended, by how their worker did', 'end');
  const batchDuration = new Histogram({
    name: 'flants_batch_duration_seconds',
    help: 'From dispatch to answer',
    buckets: batchSeconds,
    registers,
  });
  const crawls = counter('crawls_total', 'Crawls that ended, by result', 'result');
  const publications = counter('publications_total', 'Publications that ended, by result', 'result');
  const writeBacksMissed = counter('write_backs_missed_total', 'Statuses for which the catalogue has no row');
  const queues = gauge('queue_jobs', 'Jobs waiting, delayed or active, by queue', 'queue');
  const videos = gauge('videos', 'Videos by state', 'state');
  const invocations = counter('function_requests_total', 'Requests to run a function, by result or death', 'result');
  const gbSeconds = counter('function_gb_seconds_total', 'Memory times time of functions, as it is billed');
  const dollars = gauge('function_dollars', 'What functions and the objects that they wrote have cost, in US dollars');
  const halted = gauge('halted', '1 while no work is taken because it could not go on');

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    workDone: () => ({ files: doneFiles, bytes: sentBytes }),
    file(outcome, sent = 0) {
      if (outcome !== 'failed') doneFiles += 1;
      sentBytes += sent;
      files.inc({ outcome });
      if (sent > 0) bytes.inc(sent);
    },
    batch(end, durationMs) {
      batches.inc({ end });
      batchDuration.observe(durationMs / second);
    },
    crawl: (result) => crawls.inc({ result }),
    publication: (result) => publications.inc({ result }),
    writeBackMissed: () => writeBacksMissed.inc(),
    queueDepth: (queue, jobs) => queues.set({ queue }, jobs),
    videos(counts) {
      for (const [state, count] of Object.entries(counts)) videos.set({ state }, count);
    },
    functions(request) {
      invocations.inc({ result: request.kind === 'ran' ? (request.death ?? 'answered') : request.kind });
      if (request.kind === 'ran') gbSeconds.inc(gbSecondsOf(request));
    },
    functionDollars: (sum) => dollars.set(sum),
    halted: (isHalted) => halted.set(isHalted ? 1 : 0),
  };
}
