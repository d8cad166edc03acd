import { randomUUID } from 'node:crypto';
import { idOfPlaylist } from '../catalogue/single-catalogue.ts';
import type { ControlPorts } from '../control/control-ports.ts';
import { second } from '../domain/units.ts';
import { tokenRulesOf } from '../engine/key-rules.ts';
import type { KeyRuleOptions } from '../engine/key-rules.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Cluster } from './cluster/cluster.ts';
import { readFunctionCost } from './cluster/function-cost.ts';
import { createKeyRulesInitializer } from './cluster/key-rules-initializer.ts';
import { readHalted } from './cluster/service-beats.ts';
import { isWithdrawn, readLastScan } from './cluster/scan-record.ts';
import { postersOf } from './open/posters.ts';
import type { PosterAccess } from './open/posters.ts';

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
    functionCost: () => readFunctionCost(cluster.redis, cluster.redisNames.functions),
    halted: () => readHalted(cluster.redis, cluster.redisNames.services),
    budget: () => cluster.spending.report(),
    isWithdrawn: (video) => isWithdrawn(video, journal),
    takeNextStep: cluster.takeNextStep,
    async crawl(video) {
      const submission = await journal.submission(video);
      if (submission) await keyRules.initialize(submission.playlistUrl);
      await cluster.sendCrawl(video, { recheck: false });
    },
  };
}

/** The ports that commands on any library have. */
export function usualControlPorts(
  journal: Journal,
  ledger: Ledger,
): Pick<ControlPorts, 'journal' | 'ledger' | 'newGeneration' | 'now' | 'tokenRules' | 'idOf'> {
  return {
    journal,
    ledger,
    newGeneration: randomUUID,
    now: Date.now,
    tokenRules: () => tokenRulesOf(journal),
    idOf: idOfPlaylist,
  };
}
