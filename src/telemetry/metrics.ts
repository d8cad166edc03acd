import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchEnd } from '../domain/batch.ts';
import { second } from '../domain/units.ts';
import type { VideoState } from '../domain/video.ts';

/** What a process counts, for Prometheus and whatever reads its format. */
export interface Metrics {
  /** Media type of `text`. */
  readonly contentType: string;
  /** All figures as they are now: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): Promise<string>;
  /** A file of a batch came to its end; `bytes` are those that were sent. */
  file(outcome: 'copied' | 'unchanged' | 'failed', bytes?: number): void;
  batch(end: BatchEnd, durationMs: number): void;
  crawl(result: string): void;
  publication(result: string): void;
  /** Jobs waiting, delayed or active. */
  queueDepth(queue: string, jobs: number): void;
  videos(counts: Readonly<Record<VideoState, number>>): void;
  /** Whether this process takes no work because it could not go on. */
  halted(isHalted: boolean): void;
}

/** From a batch of small files near by to one of large files over a thin line. */
const batchSeconds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/**
 * Begins to count, in a registry of its own: two in one process do not meet. The process's own figures (CPU, memory,
 * event loop) are among them.
 *
 * @param role - label of every figure
 */
export function createMetrics(role: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
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
  const queues = gauge('queue_jobs', 'Jobs waiting, delayed or active, by queue', 'queue');
  const videos = gauge('videos', 'Videos by state', 'state');
  const halted = gauge('halted', '1 while no work is taken because it could not go on');

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    file(outcome, sent = 0) {
      files.inc({ outcome });
      if (sent > 0) bytes.inc(sent);
    },
    batch(end, durationMs) {
      batches.inc({ end });
      batchDuration.observe(durationMs / second);
    },
    crawl: (result) => crawls.inc({ result }),
    publication: (result) => publications.inc({ result }),
    queueDepth: (queue, jobs) => queues.set({ queue }, jobs),
    videos(counts) {
      for (const [state, count] of Object.entries(counts)) videos.set({ state }, count);
    },
    halted: (isHalted) => halted.set(isHalted ? 1 : 0),
  };
}
