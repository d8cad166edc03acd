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
import { openClusterMonitor } from './cluster-monitor.ts';
import { startBeats } from './service-beats.ts';
import type { Cluster } from './cluster.ts';
import { controlPortsOf } from '../control.ts';
import { engineHooksOf } from './engine-hooks.ts';
import { incidentAlerts } from './incident-alerts.ts';
import { openCatalogue } from '../open-catalogue.ts';
import { openDestination } from '../open-destination.ts';
import { startAggregatorRole } from './aggregator.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { startScannerRole } from './scanner.ts';
import { repeat } from '../../engine/repeat.ts';
import { startTransferRole } from './transfer.ts';
import { startCrawlers } from '../../engine/workers.ts';

/** Callbacks and stop signals of a process. */
export interface ProcessHooks {
  /** Once aborted, files in flight are finished and no more work is taken. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The version of FLAnts. */
  readonly version: string;
  /** The process is ready and serves HTTP on this port. */
  readonly onReady: (port: number) => void;
}

/**
 * Runs one role of a cluster until it is drained.
 *
 * @throws {FlantsError} if it cannot start
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
  const closers: (() => Promise<unknown>)[] = [() => cluster.close(), async () => catalogue?.close()];
  try {
    const destination =
      role === 'scanner' ? undefined : await openDestination(cluster.destination, { ...options, signal });
    if (destination) closers.push(() => destination.store.close());
    const watched = role === 'aggregator' ? openClusterMonitor(cluster, options, process) : undefined;
    if (watched) closers.push(() => watched.close());
    const http = await serveHttp({
      listen: options.http,
      health,
      metrics,
      log,
      version: process.version,
      ...(role === 'aggregator' ? apiOf(cluster, options) : {}),
      ...(watched ? { monitor: watched.monitor, page: watched.page } : {}),
    });
    closers.push(() => http.close());
    const { version } = process;
    closers.push(
      startBeats(cluster.redis, cluster.redisNames.services, { role, version, work: () => metrics.workDone() }),
    );
    health.set(role, true);
    process.onReady(http.port);
    log.info('ready', { port: http.port });
    const engine =
      destination &&
      (await openClusterEngine(cluster, destination, options, engineHooksOf(role, hooks, health), catalogue));
    if (engine) closers.push(() => engine.close());
    const running = await startRole(role, { cluster, engine, catalogue, options, hooks });
    const stopAsserting = await assertOnTimer(running, { cluster, options, hooks });
    await aborted(drain);
    health.set(role, false, 'stopping');
    stopAsserting();
    await Promise.race([running.stop(), aborted(signal)]);
  } finally {
    health.stop();
    for (const close of closers.toReversed()) await close();
  }
}

/** Returns a callback that logs once when Redis becomes unreachable, and once when it is back. */
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

/** Sets caps and schedules now and on a timer, and measures the depth of the queues on the timer. */
async function assertOnTimer(
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
  if (role === 'transfer') return startTransferRole(cluster, engine, options, hooks);
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
  { http: { token, requireTokenToRead }, tokenParameters, keyParameters, sessionPatterns }: ServiceOptions,
): { readonly control: Control; readonly token?: string; readonly requireTokenToRead: boolean } {
  const control = createControl(controlPortsOf(cluster, { tokenParameters, keyParameters, sessionPatterns }));
  return { control, requireTokenToRead, ...(token === undefined ? {} : { token }) };
}
