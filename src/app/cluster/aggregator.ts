import { sendHeartbeat } from '../../aggregator/alert-delivery.ts';
import { concludeVideo } from '../../aggregator/conclude-video.ts';
import type { ConclusionPorts } from '../../aggregator/conclude-video.ts';
import { createReconciler } from '../../aggregator/reconcile.ts';
import { createReturnWatch } from '../../aggregator/return-watch.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { termsOf } from '../../config/spending-options.ts';
import type { BudgetReport } from '../../domain/cost/budget.ts';
import { videoAlert } from '../../domain/report/alert.ts';
import type { Alert } from '../../domain/report/alert.ts';
import { jobIdOf } from '../../domain/batch.ts';
import { failureOf } from '../../domain/failure.ts';
import type { TokenRules } from '../../domain/names/tokens.ts';
import { second } from '../../domain/units.ts';
import { situationOf, stateOf } from '../../domain/video.ts';
import { destinationPlace } from '../../domain/waiting/patience.ts';
import type { JobEnd, JobHandler } from '../../queue/job-queue.ts';
import { fetchOver } from '../../storage/http/fetch.ts';
import type { FetchStatus } from '../../storage/http/fetch.ts';
import { openRoutes } from '../../storage/http/routes.ts';
import { isOriginAnswering, isTakingWrites } from '../../storage/probe/reachability.ts';
import type { ClusterEngine } from './engine.ts';
import type { ConclusionJob, LibraryJob, LookJob } from './queues.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterSpending } from './spending.ts';
import { deliveriesAtATime, deliveryHandler } from './deliver-alerts.ts';
import { withCountedPuts } from '../count-spending.ts';
import type { EngineContext } from '../../engine/context.ts';
import { createAlertWatch } from '../../engine/alert-watch.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import { createAlertSender } from './send-alert.ts';
import { createWriteBack, writeBackHandler, writeBacksAtATime } from './write-back.ts';
import { startPublishers } from '../../engine/workers.ts';

const conclusionsAtATime = 8;
const looksAtATime = 8;
/** What is up answers a small request by then. */
const placeTimeoutMs = 5 * second;
/** The time-out of a whole delivery is shorter. */
const alertLimits = {
  connections: deliveriesAtATime,
  connectTimeoutMs: 10 * second,
  headersTimeoutMs: 30 * second,
  bodyTimeoutMs: 30 * second,
} as const;

/** Starts the aggregator. It publishes complete videos, announces those without a next step, and finds lost work. */
export async function startAggregatorRole(
  cluster: Cluster,
  engine: ClusterEngine,
  catalogue: Catalogue | undefined,
  options: ServiceOptions,
  hooks: ServiceHooks,
): Promise<RunningRole> {
  const { queues } = cluster;
  const { alerts } = options;
  const { webhook } = alerts;
  const sendAlert = createAlertSender(webhook && queues.alerts, hooks.log);
  const parts: RoleParts = { cluster, options, hooks, sendAlert };
  const onError = (error: unknown): void => hooks.onTrouble(failureOf(error));
  const routes = openRoutes({ ...alertLimits, proxies: options.proxies });
  const fetch = fetchOver(routes);
  const tokenRules = engine.context.parts.keyRules;
  const isToldBack = catalogue?.writeBack !== undefined;
  const conclude = concluder(parts, { isToldBack, tokenRules });
  const writeBack = writeBackHandler(createWriteBack(catalogue, cluster.journal, hooks), hooks);

  const deliver: JobHandler<Delivery> = webhook
    ? deliveryHandler({ ...webhook, alerts: queues.alerts, fetch, now: Date.now, random: Math.random, log: hooks.log })
    : async () => done;

  await cluster.spending.setTerms(options.spending && termsOf(options.spending, options.destination));
  const workers = [
    startPublishers(withPuts(engine.context, cluster.spending)),
    queues.looks.work(looker(cluster), { concurrency: looksAtATime, onError }),
    queues.conclusions.work(conclude, { concurrency: conclusionsAtATime, onError }),
    queues.alerts.work(deliver, { concurrency: deliveriesAtATime, onError }),
    queues.writeBacks.work(writeBack, { concurrency: writeBacksAtATime, onError: () => {} }),
    queues.reconciliations.work(reconcilerOf(parts, engine.context), { concurrency: 1, onError }),
  ];
  const stopHeartbeat = startHeartbeat(alerts.heartbeat, fetch, hooks);
  await queues.reconciliations.add({ id: 'now', data: { format: 1 }, priority: 0 });
  return {
    async assert({ again }) {
      await queues.limitLibraryJobs();
      await queues.reconciliations.every('reconcile', options.reconcileEveryMs, { format: 1 }, { ifNone: again });
      const broughtForward = await queues.bringForward();
      if (broughtForward > 0)
        hooks.log.warn(
          `brought forward ${broughtForward} jobs that a host whose clock was ahead had put off for too long`,
        );
    },
    async stop() {
      stopHeartbeat();
      await Promise.all(workers.map((each) => each.stop()));
      // A server that is away would be waited for.
      if (cluster.redis.status === 'ready') await cluster.spending.keep().catch(() => undefined);
      await routes.close();
    },
  };
}

/** What the handlers of the role share. */
interface RoleParts {
  readonly cluster: Cluster;
  readonly options: ServiceOptions;
  readonly hooks: ServiceHooks;
  readonly sendAlert: (alert: Alert) => Promise<void>;
}

/** Announces videos without a next step. */
function concluder(
  parts: RoleParts,
  { isToldBack, tokenRules }: { readonly isToldBack: boolean; readonly tokenRules: TokenRules },
): JobHandler<ConclusionJob> {
  const { cluster, options, hooks, sendAlert } = parts;
  const ports: ConclusionPorts = {
    journal: cluster.journal,
    ledger: cluster.ledger,
    tokenRules,
    urlOf: (key) => destinationUrl(key, options),
    now: Date.now,
    random: Math.random,
    retryEveryMs: options.retryInvalidEveryMs,
    async announce(report, record, status) {
      if (isToldBack) {
        // Not under the id of an earlier status that still waits: this one would be lost.
        const id = jobIdOf(report.id, record.generation, `at ${status.at}`);
        await cluster.queues.writeBacks.add({ id, data: { format: 1, status }, priority: 0 });
      }
      const alert = videoAlert(report, situationOf(record), Date.now(), status.destinationUrl);
      if (alert) await sendAlert(alert);
      hooks.log.info(`${report.id} is ${report.state}`, { video: report.id, ...report.files });
    },
  };
  return async ({ video }) => {
    await concludeVideo(video, ports);
    return done;
  };
}

/** Looks again at recordings that were not over, unless somebody has done so meanwhile. */
function looker({ ledger, sendCrawl }: Cluster): JobHandler<LookJob> {
  return async ({ video, at }) => {
    const record = await ledger.read(video);
    const isPlanned = record && stateOf(record) === 'live' && record.live?.nextLookAt === at;
    if (isPlanned) await sendCrawl(video, { recheck: false });
    return done;
  };
}

/** Finds lost work, and raises the alerts about the library as a whole. */
function reconcilerOf(parts: RoleParts, engine: EngineContext): JobHandler<LibraryJob> {
  const { cluster, options, hooks, sendAlert } = parts;
  const { ledger, queues, spending, sendCrawl, takeNextStep, newGeneration } = cluster;
  const watchBudget = budgetWatch(hooks);
  const returns = createReturnWatch((place) => isPlaceAnswering(place, engine, hooks.drain));
  const alertWatch = createAlertWatch(cluster, options.alerts, hooks.metrics);
  const reconciler = createReconciler({
    ledger,
    isQueued: queues.isQueued,
    takeNextStep,
    async lookAgain(video, { generation: seen, live }) {
      const mayLook =
        live !== undefined ||
        (await ledger.apply(video, { type: 'open', seen, generation: newGeneration() })).result === 'applied';
      if (mayLook) await sendCrawl(video, { recheck: false });
    },
    hasReturned: (place) => returns.hasReturned(place),
    now: Date.now,
    leaseMs: options.leaseMs,
    onVideo: alertWatch.observe,
  });
  return async (_, { signal }) => {
    alertWatch.beginPass();
    const ended = await reconciler.run(AbortSignal.any([signal, hooks.drain]));
    if (ended === undefined) return { result: 'again', delayMs: 0 };
    await returns.ask();
    if (ended > 0) hooks.log.warn(`ended ${ended} claims on work that had no job`);
    const budget = await spending.report();
    watchBudget(budget);
    await alertWatch.endPass(sendAlert, budget);
    await spending.keep();
    return done;
  };
}

/** Whether a place for which videos wait is up, as of `NextLook.waitsFor`. */
async function isPlaceAnswering(
  place: string,
  { parts: { source, store } }: EngineContext,
  drain: AbortSignal,
): Promise<boolean> {
  const signal = AbortSignal.any([drain, AbortSignal.timeout(placeTimeoutMs)]);
  const asked = place === destinationPlace ? isTakingWrites(store, signal) : isOriginAnswering(source, place, signal);
  return asked.catch(() => false);
}

const done: JobEnd = { result: 'done' };

/** Counts the requests that write playlists. */
function withPuts(context: EngineContext, { wrote }: Pick<ClusterSpending, 'wrote'>): EngineContext {
  const { parts } = context;
  return { ...context, parts: { ...parts, store: withCountedPuts(parts.store, () => wrote(1)) } };
}

/** Returns a function that measures what is spent, and says when no more is begun, and when it is again. */
function budgetWatch({ log, metrics }: Pick<ServiceHooks, 'log' | 'metrics'>): (budget?: BudgetReport) => void {
  let wasSpent = false;
  return (budget) => {
    if (budget) metrics.budget(budget);
    const { reached } = budget ?? {};
    if ((reached !== undefined) === wasSpent) return;
    wasSpent = reached !== undefined;
    if (reached === undefined) return log.info('the budget is no longer spent: work continues');
    log.warn(
      `the budget is spent (${reached}): batches in progress finish, and no new ones start until you raise --budget`,
      { ...budget?.spent },
    );
  };
}

/** The public URL of an object. Without a configured public URL, its place in the store. */
function destinationUrl(key: string, { publicUrl, destination }: ServiceOptions): string {
  if (publicUrl === undefined) return `${destination.name}/${key}`;
  return new URL(key.split('/').map(encodeURIComponent).join('/'), publicUrl).href;
}

function startHeartbeat(
  heartbeat: ServiceOptions['alerts']['heartbeat'],
  fetch: FetchStatus,
  { log, signal }: ServiceHooks,
): () => void {
  if (!heartbeat) return () => {};
  const timer = setInterval(() => {
    void sendHeartbeat(heartbeat.url, { fetch, now: Date.now, signal }).then(
      (failure) => failure && log.warn(`the heartbeat failed: ${failure.message}`),
      () => undefined,
    );
  }, heartbeat.everyMs);
  return () => clearInterval(timer);
}
