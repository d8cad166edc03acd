import type { ServiceOptions } from '../../config/service-options.ts';
import { estimateRemaining } from '../../domain/progress/remaining.ts';
import type { Totals } from '../../domain/report/copy.ts';
import { createRedisChangeFeed } from '../../ledger/redis/change-feed.ts';
import type { Gauges } from '../../monitor/monitor-ports.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { liveCostOf, openMonitor } from '../monitor.ts';
import type { OpenMonitor } from '../monitor.ts';
import type { Cluster } from './cluster.ts';
import { readFunctionCost } from './function-cost.ts';
import { readFailedScan } from './scan-record.ts';
import { hearServices } from './service-beats.ts';

/** The live view of a cluster. */
export interface ClusterMonitor extends OpenMonitor {
  close(): Promise<void>;
}

/** Batches under way that are read at a time. */
const maxBatches = 300;

/** Opens the live view. Nothing but the processes' own signs is read while nobody watches. */
export function openClusterMonitor(
  cluster: Cluster,
  { redis, publicUrl }: Pick<ServiceOptions, 'redis' | 'publicUrl'>,
  { version, log }: { readonly version: string; readonly log: Logger },
): ClusterMonitor {
  const { journal, ledger, queues, destination } = cluster;
  const heard = hearServices(cluster.redis, cluster.redisNames.services);
  const gauges = async (totals: Totals, openFiles: number): Promise<Gauges> => {
    const uncrawled = totals.videos.waiting;
    const [depths, batches, cost, budget, scanFailed] = await Promise.all([
      queues.depths(),
      queues.activeBatches(maxBatches),
      readFunctionCost(cluster.redis, cluster.redisNames.functions),
      cluster.spending.report(),
      readFailedScan(cluster.redis, cluster.redisNames.scanFailed),
    ]);
    return {
      progress: { ...heard.rates(), uncrawled, ...estimateRemaining(totals, uncrawled, heard.pace(), openFiles) },
      services: heard.services(),
      queues: depths,
      batches,
      cost: cost ? liveCostOf(cost) : null,
      budget: budget ?? null,
      scanFailed: scanFailed ?? null,
    };
  };
  const { monitor, page } = openMonitor({
    ledger,
    journal,
    changes: createRedisChangeFeed(cluster.redis, redis.prefix),
    gauges,
    history: () => heard.history(),
    version,
    destination,
    publicUrl,
    onWarning: (message) => log.warn(message),
  });
  return {
    monitor,
    page,
    async close() {
      heard.stop();
      await monitor.close();
    },
  };
}
