import type { Catalogue } from '../../catalogue/catalogue.ts';
import { serveHttp } from '../../api/serve.ts';
import type { Role, ServiceOptions } from '../../config/service-options.ts';
import { createControl } from '../../control/control.ts';
import type { Control } from '../../control/control.ts';
import { createHealth } from '../../telemetry/health.ts';
import type { Health } from '../../telemetry/health.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { aborted } from '../../engine/aborted.ts';
import { openClusterEngine } from './engine.ts';
import type { ClusterEngine } from './engine.ts';
import { openCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { controlPortsOf } from '../control.ts';
import { engineHooksOf } from './engine-hooks.ts';
import { incidentAlerts } from './incident-alerts.ts';
import { openCatalogue } from '../open-catalogue.ts';
import { openDestination } from '../open-destination.ts';
import { startAggregatorRole } from './aggregator.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { startScannerRole } from './scanner.ts';
import { startTransferRole } from './transfer.ts';
import { startCrawlers } from '../../engine/workers.ts';

/** How a process is followed and ended. */
export interface ProcessHooks {
  /** Aborted: finish what is in flight, take nothing more. */
  readonly drain: AbortSignal;
  /** Aborted: stop now. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Of FLAnts. */
  readonly version: string;
  /** The process works, and answers at this port. */
  readonly onReady: (port: number) => void;
}

/**
 * Runs one role of a cluster until it is drained.
 *
 * @throws {FlantsError} when it cannot start
 */
export async function runService(role: Role, options: ServiceOptions, process: ProcessHooks): Promise<void> {
  const { drain, signal, log } = process;
  const health = createHealth(['redis', role], () => performance.now());
  const metrics = createMetrics(role);
  const cluster = await openCluster(
    { ...options, freshWindowMs: options.catalogue.freshWindowMs },
    { drain, signal, onWarning: (message) => log.warn(message), onRedis: redisWatch(health, log) },
  );
  const hooks: ServiceHooks = {
    drain,
    signal,
    log,
    metrics,
    onTrouble: (failure) => log.warn(`it comes again: ${failure.message}`, { code: failure.code }),
    alert: incidentAlerts(role, cluster.queues, log),
  };
  const catalogue = await catalogueOf(options);
  const opened: (() => Promise<unknown>)[] = [() => cluster.close(), async () => catalogue?.close()];
  try {
    const destination = role === 'scanner' ? undefined : await openDestination(cluster.destination, signal);
    if (destination) opened.push(() => destination.store.close());
    const http = await serveHttp({
      listen: options.http,
      health,
      metrics,
      log,
      version: process.version,
      ...(role === 'aggregator' ? apiOf(cluster, options) : {}),
    });
    opened.push(() => http.close());
    health.set(role, true);
    process.onReady(http.port);
    log.info('ready', { port: http.port });
    const engine =
      destination &&
      (await openClusterEngine(cluster, destination, options, engineHooksOf(role, hooks, health), catalogue));
    if (engine) opened.push(() => engine.close());
    const running = await startRole(role, { cluster, engine, catalogue, options, hooks });
    const stopAsserting = await keepAsserting(running, { cluster, options, hooks });
    await aborted(drain);
    health.set(role, false, 'stopping');
    stopAsserting();
    await Promise.race([running.stop(), aborted(signal)]);
  } finally {
    health.stop();
    for (const close of opened.toReversed()) await close();
  }
}

/** Tells once that Redis is away, and once that it is back. */
function redisWatch(health: Health, log: Logger): (isThere: boolean, why: string) => void {
  let wasThere = true;
  return (isThere, why) => {
    health.set('redis', isThere, why);
    if (isThere === wasThere) return;
    wasThere = isThere;
    if (isThere) log.info('Redis is back');
    else log.warn(`Redis is away: ${why}`);
  };
}

/** Caps and schedules, and the depth of the queues: now and on a timer. */
async function keepAsserting(
  running: RunningRole,
  { cluster, options, hooks }: Pick<RoleParts, 'cluster' | 'options' | 'hooks'>,
): Promise<() => void> {
  await running.assert({ again: false });
  return repeat(options.reconcileEveryMs, async () => {
    await running.assert({ again: true });
    for (const [queue, jobs] of Object.entries(await cluster.queues.sizes())) hooks.metrics.queueDepth(queue, jobs);
  });
}

interface RoleParts {
  readonly cluster: Cluster;
  readonly engine: ClusterEngine | undefined;
  readonly catalogue: Catalogue | undefined;
  readonly options: ServiceOptions;
  readonly hooks: ServiceHooks;
}

async function startRole(role: Role, { cluster, engine, catalogue, options, hooks }: RoleParts): Promise<RunningRole> {
  if (role === 'scanner' && catalogue) return startScannerRole(cluster, catalogue, options, hooks);
  if (!engine) throw new Error(`a ${role} without an engine`);
  if (role === 'transfer') return startTransferRole(cluster, engine, options);
  if (role === 'aggregator') return startAggregatorRole(cluster, engine, catalogue, options, hooks);
  const workers = startCrawlers(engine.context);
  return { assert: () => Promise.resolve(), stop: () => workers.stop() };
}

async function catalogueOf({ catalogue: { sources, mongo, rules } }: ServiceOptions): Promise<Catalogue | undefined> {
  if (sources.length === 0) return undefined;
  const projection = [...new Set([...mongo.projection, ...rules.map(({ path }) => path)])];
  return openCatalogue(sources, { ...mongo, projection });
}

function apiOf(
  cluster: Cluster,
  { http: { token, requireTokenToRead }, tokenParameters }: ServiceOptions,
): { readonly control: Control; readonly token?: string; readonly requireTokenToRead: boolean } {
  const control = createControl(controlPortsOf(cluster, { tokenParameters }));
  return { control, requireTokenToRead, ...(token === undefined ? {} : { token }) };
}

/** Runs now and then until it is stopped; what goes wrong is left for the next time. */
function repeat(everyMs: number, run: () => Promise<void>): () => void {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void run()
      .catch(() => undefined)
      .finally(() => {
        running = false;
      });
  }, everyMs);
  return () => clearInterval(timer);
}
