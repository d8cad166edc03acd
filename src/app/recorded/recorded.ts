import { sep } from 'node:path';
import type { Destination, VerifyTarget } from '../../config/values/location.ts';
import type { VerifyOptions } from '../../config/verify-options.ts';
import type { KeyRules } from '../../domain/names/destination-key.ts';
import { FlantsError } from '../../domain/failure.ts';
import { readKeyRules } from '../../engine/key-rules.ts';
import type { Journal } from '../../journal/journal.ts';
import { openObjectJournal } from '../../journal/object/journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { openStateFile } from '../../state/file.ts';
import type { VerifyRequest } from '../../verifier/verify.ts';
import type { StoreSpec } from '../connect.ts';
import { destinationOf, readDestination } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';
import { openToRead } from '../open/destination.ts';
import { expectedOf, openCopiedFiles } from './copied-files.ts';
import type { CopiedFiles } from './copied-files.ts';
import { readPublished } from './published.ts';

/** What was recorded about a copy, to compare its destination with. */
export interface Recorded extends Pick<VerifyRequest, 'expected' | 'acceptedBecause'> {
  /** Absent: nothing was copied yet. */
  readonly destination?: DestinationSetting;
  /** Absent likewise. */
  readonly keyRules?: KeyRules;
  readonly close: () => Promise<void>;
}

/** Where to look for the record. */
type RecordOptions = Pick<
  VerifyOptions,
  'stateDir' | 'journal' | 'endpoint' | 'region' | 'profile' | 'ca' | 'concurrency' | 'proxies'
>;

/** The record of a copy of which nothing is recorded. */
const nothing: Recorded = {
  expected: async () => undefined,
  acceptedBecause: () => undefined,
  close: async () => {},
};

/**
 * Opens the state or the journal that the options name. Writes to neither.
 *
 * @param place - what is to be verified
 * @throws {FlantsError} `usage` if there is no journal, or it is of another destination; if the state or the journal
 *   cannot be read
 */
export async function openRecorded(
  place: Destination | VerifyTarget,
  options: RecordOptions,
  signal: AbortSignal,
): Promise<Recorded> {
  if (options.stateDir !== undefined) return openState(options.stateDir);
  if (!options.journal) return nothing;
  const recorded = await openJournal({ ...options, destination: options.journal }, signal);
  const { destination } = recorded;
  if (destination && isOf(destination.store, place)) return recorded;
  await recorded.close();
  const problem = destination
    ? `this journal is of ${destination.name}, not of ${place.name}; name another with --journal`
    : `there is no journal of a cluster at ${options.journal.name}: name it as the cluster does`;
  throw new FlantsError('usage', problem);
}

/** Whether a place is this destination, or a playlist in it. The endpoint may be another name of the same store. */
function isOf(store: StoreSpec, place: Destination | VerifyTarget): boolean {
  if (place.kind === 'folder') return store.kind === 'folder' && store.path === place.path;
  if (place.kind === 'file') return store.kind === 'folder' && place.path.startsWith(store.path + sep);
  if (place.kind === 'http' || store.kind !== 's3' || store.bucket !== place.bucket) return false;
  if ('prefix' in place) return store.prefix === place.prefix;
  return store.prefix === '' || place.key.startsWith(`${store.prefix}/`);
}

async function openState(stateDir: string): Promise<Recorded> {
  const state = openStateFile(stateDir, { readOnly: true });
  const journal = new SqliteJournal(state);
  return recordedIn(journal, {
    // A state file stores evidence by key alone, so any video id will do.
    async copied(key) {
      const evidence = (await journal.evidence('', [key])).get(key);
      return evidence && expectedOf(evidence);
    },
    close: async () => state.close(),
  });
}

async function openJournal(
  options: RecordOptions & { readonly destination: Destination },
  signal: AbortSignal,
): Promise<Recorded> {
  const setting = await destinationOf(options);
  const store = openToRead(setting, options.proxies);
  const journal = openObjectJournal(store, { signal });
  return recordedIn(journal, { copied: openCopiedFiles(journal), close: () => store.close() });
}

async function recordedIn(
  journal: Journal,
  { copied, close }: { readonly copied: CopiedFiles } & Pick<Recorded, 'close'>,
): Promise<Recorded> {
  try {
    const destination = await readDestination(journal);
    const keyRules = await readKeyRules(journal);
    const { documents, accepted } = await readPublished(journal);
    return {
      ...(destination ? { destination } : {}),
      ...(keyRules ? { keyRules } : {}),
      expected: async (key, namedBy) => documents.get(key) ?? copied(key, documents.get(namedBy)?.publication),
      acceptedBecause: (key) => accepted.get(key),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
