import type { ClusterOptions } from '../../config/control-options.ts';
import type { ControlPorts } from '../../control/control-ports.ts';
import { createControl } from '../../control/control.ts';
import { minute, second } from '../../domain/units.ts';
import type { KeyRuleOptions } from '../../engine/key-rules.ts';
import { usualControlPorts } from '../control-ports.ts';
import type { ControlHooks, OpenControl } from '../control.ts';
import { postersOf } from '../open/posters.ts';
import type { PosterAccess } from '../open/posters.ts';
import { patienceMs } from '../patience.ts';
import { openCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { readFunctionCost } from './function-cost.ts';
import { createKeyRulesInitializer } from './key-rules-initializer.ts';
import { isWithdrawn, readFailedScan, readLastScan } from './scan-record.ts';
import { readHalted } from './service-beats.ts';

/** Leases that a command takes on behalf of the services. As long as the services' own by default. */
const leaseMs = 5 * minute;
const freshWindowMs = 24 * 60 * minute;
const connections = 8;

const answerWithinMs = 10 * second;

/**
 * Returns the ports of the commands on a cluster.
 *
 * @param options - for the key rules of a library that has no video yet
 * @param access - to the destination, for the posters of reports
 */
export function controlPortsOf(
  cluster: Cluster,
  options: Omit<KeyRuleOptions, 'rootUrl'>,
  access: PosterAccess,
): ControlPorts {
  const { journal, ledger } = cluster;
  const keyRules = createKeyRulesInitializer(cluster, { ...options, catalogue: { sources: [] } });
  return {
    ...usualControlPorts(journal, ledger),
    destination: cluster.destination.name,
    openPosters: postersOf({ journal, ledger, destination: async () => cluster.destination, ...access }),
    answerWithinMs,
    isFresh: cluster.isFresh,
    lastScan: () => readLastScan(journal),
    failedScan: () => readFailedScan(cluster.redis, cluster.redisNames.scanFailed),
    functionCost: () => readFunctionCost(cluster.redis, cluster.redisNames.functions),
    halted: () => readHalted(cluster.redis, cluster.redisNames.services),
    budget: () => cluster.spending.report(),
    isWithdrawn: (video) => isWithdrawn(video, journal),
    takeNextStep: cluster.takeNextStep,
    async crawl(video) {
      const submission = await journal.submission(video);
      if (submission) await keyRules.initialize(submission.playlistUrl);
      return cluster.sendCrawl(video, { recheck: false });
    },
  };
}

/**
 * Opens the library of a cluster for commands.
 *
 * @throws {FlantsError} as `openCluster`
 */
export async function openClusterControl(
  place: ClusterOptions,
  { onWarning, signal, readOnly = false }: ControlHooks,
): Promise<OpenControl> {
  const cluster = await openCluster(
    { ...place, readOnly, leaseMs, freshWindowMs, concurrency: connections, redisPatienceMs: patienceMs },
    { onWarning, onRedis: () => {}, signal, drain: signal },
  );
  return {
    control: createControl(controlPortsOf(cluster, {}, { proxies: place.proxies, signal })),
    close: () => cluster.close(),
  };
}
