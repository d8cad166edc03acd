import { randomUUID } from 'node:crypto';
import { idOfPlaylist } from '../catalogue/single-catalogue.ts';
import type { ControlOptions, ClusterOptions, StateOptions } from '../config/control-options.ts';
import type { Control } from '../control/control.ts';
import { createControl } from '../control/control.ts';
import type { ControlPorts } from '../control/control-ports.ts';
import { minute, second } from '../domain/units.ts';
import { isWhole } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { SqliteLedger } from '../ledger/sqlite-ledger.ts';
import { openStateFile } from '../state/state-file.ts';
import { openCluster } from './cluster/cluster.ts';
import type { Cluster } from './cluster/cluster.ts';
import { readFunctionCost as readClusterCost } from './cluster/function-cost.ts';
import { createKeyRulesInitializer } from './cluster/key-rules-initializer.ts';
import { readDestination } from './destination-setting.ts';
import { readFunctionCost } from './function-meter.ts';
import { postersOf } from './open/posters.ts';
import type { PosterAccess } from './open/posters.ts';
import { tokenRulesOf } from '../engine/key-rules.ts';
import type { KeyRuleOptions } from '../engine/key-rules.ts';
import { publishNow } from './embedded/publish-now.ts';
import { isWithdrawn, readLastScan } from './cluster/scan-record.ts';

/** A library opened for commands such as `retry` and `accept`. */
export interface OpenControl {
  readonly control: Control;
  close(): Promise<void>;
}

/** Callback and stop signal of an open library. */
export interface ControlHooks {
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Leases that a command takes on behalf of the services. As long as the services' own by default. */
const leaseMs = 5 * minute;
const freshWindowMs = 24 * 60 * minute;
const connections = 8;
const answerWithinMs = 10 * second;

/**
 * Opens a library for commands: that of a cluster, or the state file of copies made on this machine.
 *
 * @param hooks.readOnly - nothing will be changed, so a state file may be in use by a running copy
 * @throws {FlantsError} as `openCluster`, or `state.locked`, `state.unusable`
 */
export async function openControl(
  place: ControlOptions,
  hooks: ControlHooks & { readonly readOnly?: boolean },
): Promise<OpenControl> {
  return place.kind === 'cluster' ? openClusterControl(place, hooks) : openStateControl(place, hooks);
}

async function openClusterControl(place: ClusterOptions, { onWarning, signal }: ControlHooks): Promise<OpenControl> {
  const cluster = await openCluster(
    { ...place, leaseMs, freshWindowMs, concurrency: connections },
    { onWarning, onRedis: () => {}, signal, drain: signal },
  );
  return {
    control: createControl(controlPortsOf(cluster, {}, { proxies: place.proxies, signal })),
    close: () => cluster.close(),
  };
}

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
    ...common(journal, ledger),
    destination: cluster.destination.name,
    openPosters: postersOf({ journal, ledger, destination: async () => cluster.destination, ...access }),
    answerWithinMs,
    isFresh: cluster.isFresh,
    lastScan: () => readLastScan(journal),
    functionCost: () => readClusterCost(cluster.redis, cluster.redisNames.functions),
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

async function openStateControl(
  { stateDir, proxies }: StateOptions,
  { readOnly = false, signal }: { readonly readOnly?: boolean; readonly signal: AbortSignal },
): Promise<OpenControl> {
  const state = openStateFile(stateDir, { readOnly });
  const [journal, ledger] = [new SqliteJournal(state), new SqliteLedger(state)];
  const control = createControl({
    ...common(journal, ledger),
    destination: (await readDestination(journal))?.name ?? stateDir,
    openPosters: postersOf({ journal, ledger, destination: () => readDestination(journal), proxies, signal }),
    functionCost: () => readFunctionCost(journal),
    // The next copy resumes everything else. A complete video is published at once.
    async takeNextStep(video) {
      const record = await ledger.read(video);
      if (record && isWhole(record) && record.published !== record.revision) {
        await publishNow(video, { journal, ledger }, { proxies, signal });
      }
    },
    crawl: () => Promise.resolve(),
  });
  return { control, close: async () => state.close() };
}

function common(
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
