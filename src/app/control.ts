import type { ControlOptions, StateOptions } from '../config/control-options.ts';
import type { Control } from '../control/control.ts';
import { createControl } from '../control/control.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { SqliteLedger } from '../ledger/sqlite-ledger.ts';
import { openStateFile } from '../state/file.ts';
import { isLocked } from '../state/lock.ts';
import { usualControlPorts } from './control-ports.ts';
import { readDestination } from './destination-setting.ts';
import { readFunctionCost } from './functions/meter.ts';
import { postersOf } from './open/posters.ts';

/** A library opened for commands such as `retry` and `accept`. */
export interface OpenControl {
  readonly control: Control;
  close(): Promise<void>;
}

/** How a library is opened, with callback and stop signal. */
export interface ControlHooks {
  /** Nothing will be changed: a state file may be in use by a copy, and a journal's store may take no writes. Absent: false. */
  readonly readOnly?: boolean;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Opens a library for commands: that of a cluster, or the state file of copies made on this machine.
 *
 * @throws {FlantsError} as `openCluster`, or `state.locked`, `state.unusable`
 */
export async function openControl(place: ControlOptions, hooks: ControlHooks): Promise<OpenControl> {
  if (place.kind === 'embedded') return openStateControl(place, hooks);
  // Loaded only where it is wanted: the clients of Redis take longer to load than all that a state needs.
  const { openClusterControl } = await import('./cluster/control.ts');
  return openClusterControl(place, hooks);
}

async function openStateControl(
  { stateDir, destination, proxies }: StateOptions,
  { readOnly = false, signal }: Pick<ControlHooks, 'readOnly' | 'signal'>,
): Promise<OpenControl> {
  const state = openStateFile(stateDir, { readOnly });
  const journal = new SqliteJournal(state);
  // Work of a copy that was killed ended with it. That of functions goes on, and the next copy looks at it.
  const hasEnded = (state.isOwned || !isLocked(stateDir)) && !(await readFunctionCost(journal));
  // A reader, who cannot end them, takes all leases for run out.
  const ledger = new SqliteLedger(state, hasEnded && readOnly ? { now: () => Infinity } : {});
  if (hasEnded && state.isOwned) await ledger.releaseAll();
  const control = createControl({
    ...usualControlPorts(journal, ledger),
    destination: (await readDestination(journal))?.name ?? destination?.name ?? stateDir,
    openPosters: postersOf({ journal, ledger, destination: () => readDestination(journal), proxies, signal }),
    functionCost: () => readFunctionCost(journal),
    // All work is left to the next copy, and a complete video too: it knows its headers, and what to tell a CDN.
    takeNextStep: () => Promise.resolve(),
    crawl: () => Promise.resolve(true),
  });
  return { control, close: async () => state.close() };
}
