import { flushCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import type { Cdn } from '../../cdn/cdn.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { serveHttp } from '../../api/serve.ts';
import type { Role, ServiceOptions } from '../../config/service-options.ts';
import { createHealth } from '../../telemetry/health.ts';
import type { Health } from '../../telemetry/health.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createProcessMetrics } from '../../telemetry/metrics.ts';
import { failureWith } from '../../domain/failure.ts';
import type { Failure } from '../../domain/failure.ts';
import { MiB, second } from '../../domain/units.ts';
import { aborted } from '../../engine/aborted.ts';
import { createClusterEngine, openClusterSource } from './engine.ts';
import type { ClusterEngine, ClusterSource } from './engine.ts';
import { openCluster } from './cluster.ts';
import type { LibraryApi, openLibraryApi } from './library-api.ts';
import { patienceMs } from '../patience.ts';
import { openLimits, requestsTo } from '../limits.ts';
import type { ProcessLimits } from '../limits.ts';
import { shareLimits } from './share-limits.ts';
import { processId, startBeats } from './service-beats.ts';
import type { Cluster } from './cluster.ts';
import { boundHeap, collectStart } from '../bound-heap.ts';
import { engineHooksOf } from './engine-hooks.ts';
import { incidentAlerts } from './incident-alerts.ts';
import { openDestination } from '../open/destination.ts';
import type { OpenDestination } from '../open/destination.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { tokenRulesFrom } from '../../engine/key-rules.ts';
import { repeat } from '../../engine/repeat.ts';
import { startCrawlers } from '../../engine/workers.ts';

/** Left to itself, V8 lets each process of a cluster grow as if it were alone on the machine. */
const maxHeapGrowthBytes = 32 * MiB;
/** By then all that a role loads is there. */
const settledAfterMs = 2 * second;
/** Part of the time in which a process does something, above which it has work. */
const busyUtilization = 0.2;

/** What a process of a cluster is. */
export interface ProcessIdentity {
  /** Names the process in its metrics. */
  readonly kind: string;
  readonly roles: readonly Role[];
  /** The version of FLAnts. */
  readonly version: string;
}

/** Callbacks and stop signals of a process. */
export interface ProcessHooks {
  /** Once aborted, files in flight are finished and no more work is taken. */
  readonly drain: AbortSignal;
  /** Once aborted, files in flight are dropped as well. */
  readonly signal: AbortSignal;
  /** For what concerns the process as a whole. */
  readonly log: Logger;
  readonly logOf: (role: Role) => Logger;
  /** The process is ready and serves HTTP on this port. */
  readonly onReady: (port: number) => void;
}

/**
 * Runs the roles of one process until it is drained. What only some roles or options need is loaded where they are there: all
 * of it would be a quarter of what an idle process holds. The roles share the connections to Redis, journal,
 * source and destination, and one HTTP service. When one of them cannot start, all of them end.
 *
 * @throws {FlantsError} if a role cannot start
 */
export async function runService(
  { kind, roles, version }: ProcessIdentity,
  options: ServiceOptions,
  process: ProcessHooks,
): Promise<void> {
  const { signal, log } = process;
  const failed = new AbortController();
  const drain = AbortSignal.any([process.drain, failed.signal]);
  const health = createHealth(['redis', ...roles], () => performance.now());
  const metrics = createProcessMetrics(kind);
  const redisWatch = watchRedis(health, log);
  const closers: (() => unknown)[] = [() => health.stop()];
  try {
    const cluster = await openCluster(
      { ...options, freshWindowMs: options.catalogue.freshWindowMs, claimsRedis: true },
      { drain, signal, onWarning: (message) => log.warn(message), onRedis: redisWatch.hear },
    );
    closers.push(() => cluster.close());
    const catalogue = await catalogueOf(options, log);
    if (catalogue) closers.push(() => catalogue.close());
    const limits = openLimits(options.limits);
    closers.push(() => limits.stop(), boundHeap(maxHeapGrowthBytes));
    const needsDestination = roles.some((role) => role !== 'scanner');
    if (needsDestination) {
      const { redis, redisNames: names } = cluster;
      const isBlind = roles.includes('transfer') && options.lambda !== undefined;
      closers.push(await shareLimits(limits, { redis, names, id: processId, isBlind }));
    }
    const destination = needsDestination
      ? await openDestination(cluster.destination, { ...options, ...requestsTo(limits), signal })
      : undefined;
    if (destination) closers.push(() => destination.store.close());
    const isAggregator = roles.includes('aggregator');
    const cdn = isAggregator ? await cdnOf(cluster, options, signal) : undefined;
    if (cdn) closers.push(() => cdn.close());
    let opening: Promise<ClusterSource> | undefined;
    // Not before a role asks: the first scan may be what it waits for.
    const openSource = (): Promise<ClusterSource> =>
      (opening ??= openClusterSource(
        cluster,
        { ...options, limits },
        { copiesFiles: roles.includes('transfer'), signal: AbortSignal.any([drain, signal]) },
      ));
    closers.push(async () => (await opening?.catch(() => undefined))?.source.close());
    const shared = { cluster, openSource, destination, catalogue, cdn, options, limits, health };
    const halts = new Map<Role, Failure | undefined>();
    const parts = roles.map((role): RoleParts => {
      const roleLog = process.logOf(role);
      const hooks: ServiceHooks = {
        drain,
        signal,
        log: roleLog,
        metrics: metrics.of(role),
        onTrouble: (failure) =>
          roleLog.warn(`a job failed and will run again: ${failure.message}`, { code: failure.code }),
        alert: incidentAlerts(role, cluster.queues, roleLog),
        onWork: (halted) => void halts.set(role, halted),
      };
      return { ...shared, role, hooks };
    });
    const library = isAggregator ? await libraryApiOf(cluster, options, { version, log, signal }) : undefined;
    if (library) closers.push(() => library.close());
    const http = await serveHttp({
      listen: options.http,
      health,
      metrics,
      log,
      version,
      away: redisWatch.away,
      ...library?.parts,
    });
    closers.push(() => http.close());
    const beating = parts.map(({ role, hooks }) => ({
      role,
      work: () => hooks.metrics.workDone(),
      halted: () => halts.get(role),
    }));
    closers.push(startBeats(cluster.redis, cluster.redisNames.services, { roles: beating, version }));
    for (const role of roles) health.set(role, true);
    process.onReady(http.port);
    for (const { hooks } of parts) hooks.log.info('ready', { port: http.port });
    const stopMeasuring = measureQueues(parts, shared);
    const stopSettling = settleStart();
    closers.push(stopSettling);
    await allOrNone(parts.map(runRole), failed).finally(stopMeasuring);
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/**
 * Ends a start: what it has compiled is kept for the next one, also where this process is killed, and its garbage collected.
 * That waits until there is little to do: it shrinks the young generation, and work would then collect ten times as often.
 *
 * @returns stops waiting
 */
function settleStart(): () => void {
  let before = performance.eventLoopUtilization();
  let isKept = false;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    // First, while all of it is there: code that rests may be dropped by a collection.
    if (!isKept) flushCompileCache();
    isKept = true;
    if (utilization > busyUtilization) return;
    clearInterval(timer);
    collectStart();
  }, settledAfterMs);
  return () => clearInterval(timer);
}

interface RoleParts {
  readonly role: Role;
  readonly cluster: Cluster;
  /** The same for all roles of this process. */
  readonly openSource: () => Promise<ClusterSource>;
  /** Absent: no role of this process writes there. */
  readonly destination: OpenDestination | undefined;
  readonly cdn: Cdn | undefined;
  readonly catalogue: Catalogue | undefined;
  readonly options: ServiceOptions;
  readonly limits: ProcessLimits;
  readonly health: Health;
  readonly hooks: ServiceHooks;
}

/** Runs a role until it is drained. */
async function runRole(parts: RoleParts): Promise<void> {
  const { role, options, health, hooks } = parts;
  const running = await startRole(parts, role === 'scanner' ? undefined : await openEngine(parts));
  await running.assert({ again: false });
  const stopAsserting = repeat(options.reconcileEveryMs, () => running.assert({ again: true }));
  await aborted(hooks.drain);
  health.set(role, false, 'stopping');
  stopAsserting();
  await Promise.race([running.stop(), aborted(hooks.signal)]);
}

async function openEngine(parts: RoleParts): Promise<ClusterEngine | undefined> {
  const { role, cluster, openSource, destination, options, limits, health, hooks } = parts;
  if (!destination) return undefined;
  const places = { source: await openSource(), destination };
  return createClusterEngine(cluster, places, { ...options, limits }, engineHooksOf(role, hooks, health), parts);
}

/** Waits for all of them. When one fails the others are told to end, and then that failure is thrown. */
async function allOrNone(runs: readonly Promise<void>[], failed: AbortController): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    runs.map((run) =>
      run.catch((error: unknown) => {
        failures.push(error);
        failed.abort();
      }),
    ),
  );
  if (failures.length > 0) throw failures[0];
}

/** Measures the depth of the queues on a timer. Returns a function that stops it. */
function measureQueues(
  roles: readonly Pick<RoleParts, 'hooks'>[],
  { cluster, options }: Pick<RoleParts, 'cluster' | 'options'>,
): () => void {
  return repeat(options.reconcileEveryMs, async () => {
    for (const [queue, jobs] of Object.entries(await cluster.queues.sizes()))
      for (const { hooks } of roles) hooks.metrics.queueDepth(queue, jobs);
  });
}

/** Logs once when Redis becomes unreachable, and once when it is back; `away` says why it is not there. */
function watchRedis(
  health: Health,
  log: Logger,
): { readonly hear: (isThere: boolean, why: string) => void; readonly away: () => Failure | undefined } {
  let gone: { readonly since: number; readonly why: string } | undefined;
  return {
    hear(isThere, why) {
      health.set('redis', isThere, why);
      const wasThere = gone === undefined;
      gone = isThere ? undefined : { since: gone?.since ?? performance.now(), why };
      if (isThere === wasThere) return;
      if (isThere) log.info('Redis can be reached again');
      else log.warn(`Redis cannot be reached: ${why}`);
    },
    away() {
      // One that only restarts is waited for.
      if (!gone || performance.now() - gone.since < patienceMs) return undefined;
      return failureWith('state.unusable', `Redis cannot be reached: ${gone.why}`, { retryable: true });
    },
  };
}

async function startRole(
  { role, cluster, catalogue, options, limits, hooks }: RoleParts,
  engine: ClusterEngine | undefined,
): Promise<RunningRole> {
  if (role === 'scanner' && catalogue) {
    const { startScannerRole } = await import('./scanner.ts');
    return startScannerRole(cluster, catalogue, options, hooks);
  }
  if (!engine) throw new Error(`a ${role} without an engine`);
  if (role === 'transfer') {
    const { startTransferRole } = await import('./transfer.ts');
    return startTransferRole(cluster, engine, { ...options, limits }, hooks);
  }
  if (role === 'aggregator') {
    const { startAggregatorRole } = await import('./aggregator.ts');
    return startAggregatorRole(cluster, engine, catalogue, options, hooks);
  }
  const workers = startCrawlers(engine.context);
  return { assert: () => Promise.resolve(), stop: () => workers.stop() };
}

async function catalogueOf(options: ServiceOptions, log: Logger): Promise<Catalogue | undefined> {
  const {
    catalogue: { sources, mongo, rules, scanEveryMs },
    sideFiles,
  } = options;
  if (sources.length === 0) return undefined;
  const read = [...rules, ...sideFiles].map(({ path }) => path);
  const projection = [...new Set([...mongo.projection, ...read])];
  const { openCatalogue } = await import('../open/catalogue.ts');
  const remember = { tokenRules: tokenRulesFrom(options), rereadAfterMs: scanEveryMs, now: () => performance.now() };
  const onAbsentField = (message: string): void => log.warn(message);
  return openCatalogue(sources, { sideFiles, onAbsentField, mongo: { ...mongo, projection }, remember });
}

async function cdnOf({ destination }: Cluster, options: ServiceOptions, signal: AbortSignal): Promise<Cdn | undefined> {
  if (!options.cdn) return undefined;
  const { openCdn } = await import('../open/cdn.ts');
  return openCdn(destination, options, { signal });
}

async function libraryApiOf(...library: Parameters<typeof openLibraryApi>): Promise<LibraryApi> {
  const { openLibraryApi: open } = await import('./library-api.ts');
  return open(...library);
}
