import type { CopyOptions } from '../config/copy-options.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Journal } from '../journal/journal.ts';
import { awsCredentials } from '../storage/s3/credentials.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import type { StoreSpec } from './connect.ts';

const settingName = 'destination';

/** How a state's destination is reached: kept, so that later verbs need not be told again. Holds no secrets. */
export interface DestinationSetting {
  /** For people. */
  readonly name: string;
  readonly store: StoreSpec;
  /** Of AWS's shared configuration. */
  readonly profile?: string;
}

type Wishes = Pick<CopyOptions, 'destination' | 'endpoint' | 'region' | 'profile' | 'ca' | 'concurrency'>;

/** A store of one's own seldom cares for its region, but signatures name one. */
const regionOfOtherStores = 'us-east-1';

/**
 * The destination as the options name it.
 *
 * @throws {FlantsError} `usage` when AWS is meant and no region is known
 */
export function destinationOf({ destination, endpoint, region, profile, ca, concurrency }: Wishes): DestinationSetting {
  const { name } = destination;
  if (destination.kind === 'folder') return { name, store: { kind: 'folder', path: destination.path } };
  const known = region ?? (endpoint === undefined ? undefined : regionOfOtherStores);
  if (known === undefined) {
    throw new FlantsError('usage', `the region of ${name} is not known: name it with --region or AWS_REGION`);
  }
  return {
    name,
    store: {
      kind: 's3',
      bucket: destination.bucket,
      prefix: destination.prefix,
      region: known,
      connections: concurrency,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(ca === undefined ? {} : { ca }),
    },
    ...(profile === undefined ? {} : { profile }),
  };
}

/**
 * Remembers the destination of a state.
 *
 * @throws {FlantsError} `usage` when the state is of another destination
 */
export async function saveDestination(journal: Journal, setting: DestinationSetting): Promise<void> {
  const kept = await readDestination(journal);
  if (kept && placeOf(kept.store) !== placeOf(setting.store)) {
    throw new FlantsError('usage', `this state is of ${kept.name}, not of ${setting.name}; name another with --state`);
  }
  await journal.setSetting(settingName, setting);
}

/** The destination of a state; undefined where nothing was copied yet. */
export async function readDestination(journal: Journal): Promise<DestinationSetting | undefined> {
  return (await journal.setting(settingName)) as DestinationSetting | undefined;
}

/** Credentials for a destination. A folder asks for none. */
export function credentialsOf({ profile }: Pick<DestinationSetting, 'profile'>): () => Promise<S3Credentials> {
  return awsCredentials(profile);
}

/** What tells one destination from another. */
export function placeOf(store: StoreSpec): string {
  return store.kind === 'folder' ? store.path : [store.endpoint ?? 'aws', store.bucket, store.prefix].join(' ');
}
