import { sendHeartbeat, deliverAlert } from '../../aggregator/alert-delivery.ts';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import { concludeVideo } from '../../aggregator/conclude-video.ts';
import { createReconciler } from '../../aggregator/reconcile.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { termsOf } from '../../config/spending-options.ts';
import type { BudgetReport } from '../../domain/budget.ts';
import { videoAlert } from '../../domain/alert.ts';
import type { Alert } from '../../domain/alert.ts';
import { failureOf } from '../../domain/failure.ts';
import { second } from '../../domain/units.ts';
import { situationOf, stateOf } from '../../domain/video.ts';
import type { JobEnd } from '../../queue/job-queue.ts';
import { fetchOver } from '../../storage/http/fetch.ts';
import type { FetchStatus } from '../../storage/http/fetch.ts';
import { openRoutes } from '../../storage/http/routes.ts';
import type { ClusterEngine } from './engine.ts';
import type { ConclusionJob, LookJob } from './queues.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterSpending } from './spending.ts';
import { withCountedPuts } from '../count-spending.ts';
import type { EngineContext } from '../../engine/context.ts';
import { createAlertWatch } from '../../engine/alert-watch.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { sendAlert } from './send-alert.ts';
import { createWriteBack } from './write-back.ts';
import { startPublishers } from '../../engine/workers.ts';

const conclusionsAtATime = 8;
const looksAtATime = 8;
const deliveriesAtATime = 4;
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
  const { queues, ledger, journal } = cluster;
  const { alerts } = options;
  const onError = (error: unknown): void => hooks.onTrouble(failureOf(error));
  const sendAll = (newAlerts: readonly Alert[]): Promise<unknown> =>
    Promise.all(newAlerts.map((alert) => sendAlert(alert, alerts.webhook && queues.alerts, hooks.log)));

  const writeBack = createWriteBack(catalogue, journal, hooks);
  const conclude = async ({ video }: ConclusionJob): Promise<JobEnd> => {
    await concludeVideo(video, {
      journal,
      ledger,
      tokenRules: engine.context.parts.keyRules,
      urlOf: (key) => destinationUrl(key, options),
      now: Date.now,
      random: Math.random,
      retryEveryMs: options.retryInvalidEveryMs,
      async announce(report, record, status) {
        await writeBack(status);
        const alert = videoAlert(report, situationOf(record), Date.now(), status.destinationUrl);
        if (alert) await sendAll([alert]);
        hooks.log.info(`${video} is ${report.state}`, { video, ...report.files });
      },
    });
    return { result: 'done' };
  };

  const routes = openRoutes({ ...alertLimits, proxies: options.proxies });
  const look = async ({ video, at }: LookJob): Promise<JobEnd> => {
    const record = await ledger.read(video);
    const isPlanned = record && stateOf(record) === 'live' && record.live?.nextLookAt === at;
    if (isPlanned) await cluster.sendCrawl(video, { recheck: false });
    return { result: 'done' };
  };

  const deliver = async (delivery: Delivery, { signal }: { readonly signal: AbortSignal }): Promise<JobEnd> => {
    if (!alerts.webhook) return { result: 'done' };
    const ports = { ...alerts.webhook, fetch: fetchOver(routes), now: Date.now, random: Math.random, signal };
    const delivered = await deliverAlert(delivery, ports);
    if (delivered.result === 'delivered') return { result: 'done' };
    const level = delivered.result === 'given-up' ? 'error' : 'warn';
    hooks.log[level](`an alert was not delivered: ${delivered.failure.message}`, { alert: delivery.alert.id });
    if (delivered.result === 'again') {
      const { delivery: next, delayMs } = delivered;
      await queues.alerts.add({ id: `${next.alert.id} ${next.tries}`, data: next, priority: 0, delayMs });
    }
    return { result: 'done' };
  };

  const watchBudget = budgetWatch(hooks);
  const alertWatch = createAlertWatch(cluster, alerts, hooks.metrics);
  const reconciler = createReconciler({
    ledger,
    isQueued: queues.isQueued,
    takeNextStep: cluster.takeNextStep,
    async lookAgain(video, { generation: seen, live }) {
      if (live) return cluster.sendCrawl(video, { recheck: false });
      const { result } = await ledger.apply(video, { type: 'open', seen, generation: cluster.newGeneration() });
      if (result === 'applied') await cluster.sendCrawl(video, { recheck: false });
    },
    now: Date.now,
    leaseMs: options.leaseMs,
    onVideo: alertWatch.observe,
  });
  const reconcile = async (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<JobEnd> => {
    alertWatch.beginPass();
    const ended = await reconciler.run(AbortSignal.any([signal, hooks.drain]));
    if (ended > 0) hooks.log.warn(`ended ${ended} claims on work that had no job`);
    const budget = await cluster.spending.report();
    watchBudget(budget);
    await sendAll(await alertWatch.endPass(budget));
    await cluster.spending.keep();
    return { result: 'done' };
  };

  await cluster.spending.setTerms(options.spending && termsOf(options.spending, options.destination));
  const workers = [
    startPublishers(withPuts(engine.context, cluster.spending)),
    queues.looks.work(look, { concurrency: looksAtATime, onError }),
    queues.conclusions.work(conclude, { concurrency: conclusionsAtATime, onError }),
    queues.alerts.work(deliver, { concurrency: deliveriesAtATime, onError }),
    queues.reconciliations.work(reconcile, { concurrency: 1, onError }),
  ];
  const stopHeartbeat = startHeartbeat(alerts.heartbeat, fetchOver(routes), hooks);
  await queues.reconciliations.add({ id: 'now', data: { format: 1 }, priority: 0 });
  return {
    async assert({ again }) {
      await queues.limitLibraryJobs();
      await queues.reconciliations.every('reconcile', options.reconcileEveryMs, { format: 1 }, { ifNone: again });
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
