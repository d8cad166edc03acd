import type { ImportOptions } from '../../config/library-options.ts';
import { FlantsError } from '../../domain/failure.ts';
import { importJournal, importSettings } from '../../journal/import-journal.ts';
import type { ImportCounts } from '../../journal/import-journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { openStateFile } from '../../state/file.ts';
import { openCluster } from './cluster.ts';
import type { ControlHooks } from '../control.ts';
import { readDestination } from '../destination-setting.ts';
import { destinationOf, ofAnother, storeIdentity } from '../destination-setting.ts';
import { patienceMs } from '../patience.ts';

const connections = 32;

/**
 * Imports the state file of copies made on this machine into a cluster's journal, so that the cluster copies none of
 * them again. Can be repeated: later runs add what is new. Nothing that the cluster has recorded is lost.
 *
 * @throws {FlantsError} `usage` if the state belongs to another destination or has other key rules
 */
export async function importState(options: ImportOptions, { onWarning, signal }: ControlHooks): Promise<ImportCounts> {
  const state = openStateFile(options.stateDir);
  try {
    const [from, ledger] = [new SqliteJournal(state), new SqliteLedger(state)];
    const saved = await readDestination(from);
    const destination = await destinationOf({ ...options, concurrency: connections });
    if (saved && storeIdentity(saved.store) !== storeIdentity(destination.store)) {
      throw new FlantsError('usage', `this state is ${ofAnother(saved, destination)}`);
    }
    const cluster = await openCluster(
      { ...options, leaseMs: 0, freshWindowMs: 0, concurrency: connections, redisPatienceMs: patienceMs },
      { onWarning, onRedis: () => {}, signal, drain: signal },
    );
    try {
      const pair = { from, to: cluster.journal };
      const [differing] = await importSettings(pair, ['key-rules']);
      if (differing) {
        throw new FlantsError(
          'usage',
          `this state was begun with other rules for keys (${JSON.stringify(differing.from)}) than the cluster (${JSON.stringify(differing.to)}): its files would change their places`,
        );
      }
      return await importJournal(pair, {
        revisionOf: async (video) => (await ledger.read(video))?.revision,
        signal,
      });
    } finally {
      await cluster.close();
    }
  } finally {
    state.close();
  }
}
