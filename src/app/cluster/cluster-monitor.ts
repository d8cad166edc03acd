import { randomBytes } from 'node:crypto';
import type { PageFiles } from '../../api/page-routes.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Totals } from '../../domain/report.ts';
import { second } from '../../domain/units.ts';
import { tokenRulesOf } from '../../engine/key-rules.ts';
import { createRedisChangeFeed } from '../../ledger/redis/change-feed.ts';
import { createMonitor } from '../../monitor/monitor.ts';
import type { Monitor } from '../../monitor/monitor.ts';
import type { Gauges } from '../../monitor/monitor-ports.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { dashboardFolder } from '../dashboard-files.ts';
import type { Cluster } from './cluster.ts';
import { hearServices } from './service-beats.ts';

/** The live view of a cluster, and the page that shows it. */
export interface ClusterMonitor {
  readonly monitor: Monitor;
  readonly page: PageFiles;
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
  const gauges = async (totals: Totals): Promise<Gauges> => {
    const [depths, batches] = await Promise.all([queues.depths(), queues.activeBatches(maxBatches)]);
    return {
      progress: { ...heard.rates(), ...remaining(totals, heard.rates().filesPerSecond) },
      services: heard.services(),
      queues: depths,
      batches,
      cost: null,
    };
  };
  const folder = destination.store.kind === 'folder' ? destination.store.path : undefined;
  const playUrl = publicUrl ?? (folder === undefined ? undefined : '/media/');
  const monitor = createMonitor({
    ledger,
    journal,
    changes: createRedisChangeFeed(cluster.redis, redis.prefix),
    gauges,
    history: () => heard.history(),
    tokenRules: () => tokenRulesOf(journal),
    version,
    destination: destination.name,
    ...(playUrl === undefined ? {} : { playUrl }),
    now: Date.now,
    newEpoch: () => randomBytes(6).toString('hex'),
    onTrouble: (error) => log.warn(`the dashboard: ${failureOf(error).message}`),
  });
  return {
    monitor,
    page: {
      folder: dashboardFolder,
      ...(publicUrl === undefined ? {} : { playOrigin: new URL(publicUrl).origin }),
      ...(publicUrl === undefined && folder !== undefined ? { mediaFolder: folder } : {}),
    },
    async close() {
      heard.stop();
      await monitor.close();
    },
  };
}

function remaining(
  { videos, files }: Totals,
  filesPerSecond: number,
): Pick<Gauges['progress'], 'uncrawled' | 'remainingMs'> {
  const open = files.total - files.done - files.failed;
  const time = filesPerSecond > 0 ? { remainingMs: Math.round((open / filesPerSecond) * second) } : {};
  return { uncrawled: videos.waiting, ...time };
}
