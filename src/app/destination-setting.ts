import { isDeepStrictEqual } from 'node:util';
import { usualConcurrency } from '../config/values/concurrency.ts';
import type { CopyOptions } from '../config/copy-options.ts';
import type { ProxySettings } from '../config/values/proxies.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Journal } from '../journal/journal.ts';
import { awsCredentials } from '../storage/s3/credentials.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { findAwsRegion } from '../storage/s3/region.ts';
import type { StoreSpec } from './connect.ts';

const settingName = 'destination';

/** How to reach the destination of a state. Saved so that later commands need no options for it. Holds no secrets. */
export interface DestinationSetting {
  /** For messages. */
  readonly name: string;
  readonly store: StoreSpec;
  /** Profile of AWS's shared configuration. */
  readonly profile?: string;
}

type DestinationOptions = Pick<CopyOptions, 'destination' | 'endpoint' | 'region' | 'profile' | 'ca' | 'concurrency'>;

/** Stores other than AWS rarely check the region, but signatures must name one. */
export const usualRegion = 'us-east-1';

/**
 * Returns the destination that the options name. A region that is not named is found where AWS's own tools find it.
 *
 * @throws {FlantsError} `usage` if the destination is at AWS and no region is known
 */
export async function destinationOf({
  destination,
  endpoint,
  region,
  profile,
  ca,
  concurrency,
}: DestinationOptions): Promise<DestinationSetting> {
  const { name } = destination;
  if (destination.kind === 'folder') return { name, store: { kind: 'folder', path: destination.path } };
  const knownRegion = region ?? (await regionOf({ endpoint, profile }));
  if (knownRegion === undefined) {
    throw new FlantsError(
      'usage',
      `the region of ${name} is not known: name it with --region or AWS_REGION, or run: aws configure set region NAME${profile === undefined ? '' : ` --profile ${profile}`}`,
    );
  }
  return {
    name,
    store: {
      kind: 's3',
      bucket: destination.bucket,
      prefix: destination.prefix,
      region: knownRegion,
      connections: concurrency ?? usualConcurrency,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(ca === undefined ? {} : { ca }),
    },
    ...(profile === undefined ? {} : { profile }),
  };
}

/** The region that AWS's own tools know. At another store the region of the usual profile means nothing, and that of a named one was meant. */
export async function regionOf({
  endpoint,
  profile,
}: Readonly<Record<'endpoint' | 'profile', string | undefined>>): Promise<string | undefined> {
  const named = profile === undefined ? {} : { profile };
  if (endpoint === undefined) return findAwsRegion({ ...named, asksInstance: true });
  return (profile === undefined ? undefined : await findAwsRegion({ ...named, asksInstance: false })) ?? usualRegion;
}

/**
 * Saves the destination of a state, or of a cluster's journal. Of several libraries that begin on one journal at a time, one
 * has it.
 *
 * @param option - that names another state or journal
 * @throws {FlantsError} `usage` if the state belongs to another destination
 */
export async function saveDestination(
  journal: Pick<Journal, 'settle' | 'setSetting'>,
  setting: DestinationSetting,
  option: StateOption,
): Promise<void> {
  const saved = (await journal.settle(settingName, setting)) as DestinationSetting;
  assertSamePlace(saved, setting, option);
  if (!isDeepStrictEqual(saved, setting)) await journal.setSetting(settingName, setting);
}

/**
 * Refuses a state, or a journal, of another destination. One that was never used is of none.
 *
 * @param option - that names another state or journal
 * @throws {FlantsError} `usage`
 */
export async function assertDestination(
  journal: Pick<Journal, 'setting'>,
  setting: DestinationSetting,
  option: StateOption,
): Promise<void> {
  const saved = await readDestination(journal);
  if (saved) assertSamePlace(saved, setting, option);
}

type StateOption = '--state' | '--journal';

function assertSamePlace(saved: DestinationSetting, setting: DestinationSetting, option: StateOption): void {
  if (storeIdentity(saved.store) === storeIdentity(setting.store)) return;
  const what = option === '--state' ? 'state' : 'journal';
  throw new FlantsError('usage', `this ${what} is ${ofAnother(saved, setting)}; name another with ${option}`);
}

/** Says of which of two destinations something is. Where they have the same name, at which store each is. */
export function ofAnother(saved: DestinationSetting, wanted: DestinationSetting): string {
  const named = (setting: DestinationSetting): string =>
    saved.name === wanted.name && setting.store.kind === 's3'
      ? `${setting.name} at ${setting.store.endpoint ?? 'AWS'}`
      : setting.name;
  return `of ${named(saved)}, not of ${named(wanted)}`;
}

/** Returns the destination of a state. Undefined if nothing was copied yet. */
export async function readDestination(journal: Pick<Journal, 'setting'>): Promise<DestinationSetting | undefined> {
  return (await journal.setting(settingName)) as DestinationSetting | undefined;
}

/** Returns a provider of credentials for a destination. Never called for a folder. */
export function credentialsOf(
  { profile }: Pick<DestinationSetting, 'profile'>,
  proxies: ProxySettings,
): () => Promise<S3Credentials> {
  return awsCredentials(profile, proxies);
}

/** Identifies a destination: the same place has the same text, whatever other settings differ. */
export function storeIdentity(store: StoreSpec): string {
  return store.kind === 'folder' ? store.path : [store.endpoint ?? 'aws', store.bucket, store.prefix].join(' ');
}
