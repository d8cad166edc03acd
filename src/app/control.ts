import type { ControlOptions, ClusterOptions, StateOptions } from '../config/control-options.ts';
import type { Control } from '../control/control.ts';
import { createControl } from '../control/control.ts';
import { minute } from '../domain/units.ts';
import { isWhole } from '../domain/video.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { SqliteLedger } from '../ledger/sqlite-ledger.ts';
import { openStateFile } from '../state/file.ts';
import { openCluster } from './cluster/cluster.ts';
import { controlPortsOf, usualControlPorts } from './control-ports.ts';
import { readDestination } from './destination-setting.ts';
import { readFunctionCost } from './functions/meter.ts';
import { postersOf } from './open/posters.ts';
import { publishNow } from './embedded/publish-now.ts';

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

/**
 * Opens a library for commands: that of a cluster, or the state file of copies made on this machine.
 *
 * @param hooks.readOnly - nothing will be changed, so a state file may be in use by a running copy, and a journal's store
 *   may take no writes
 * @throws {FlantsError} as `openCluster`, or `state.locked`, `state.unusable`
 */
export async function openControl(
  place: ControlOptions,
  hooks: ControlHooks & { readonly readOnly?: boolean },
): Promise<OpenControl> {
  return place.kind === 'cluster' ? openClusterControl(place, hooks) : openStateControl(place, hooks);
}

async function openClusterControl(
  place: ClusterOptions,
  { onWarning, signal, readOnly = false }: ControlHooks & { readonly readOnly?: boolean },
): Promise<OpenControl> {
  const cluster = await openCluster(
    { ...place, readOnly, leaseMs, freshWindowMs, concurrency: connections },
    { onWarning, onRedis: () => {}, signal, drain: signal },
  );
  return {
    control: createControl(controlPortsOf(cluster, {}, { proxies: place.proxies, signal })),
    close: () => cluster.close(),
  };
}

async function openStateControl(
  { stateDir, proxies }: StateOptions,
  { readOnly = false, signal }: { readonly readOnly?: boolean; readonly signal: AbortSignal },
): Promise<OpenControl> {
  const state = openStateFile(stateDir, { readOnly });
  const [journal, ledger] = [new SqliteJournal(state), new SqliteLedger(state)];
  const control = createControl({
    ...usualControlPorts(journal, ledger),
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
