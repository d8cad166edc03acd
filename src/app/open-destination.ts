import type { ObjectStore, StoreCapabilities } from '../storage/object-store.ts';
import { probeStore } from '../storage/probe.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { connectStore } from './connect.ts';
import { credentialsOf } from './destination-setting.ts';
import type { DestinationSetting } from './destination-setting.ts';

/** A destination that took a first write. */
export interface OpenDestination {
  readonly setting: DestinationSetting;
  readonly store: ObjectStore;
  readonly capabilities: StoreCapabilities;
  /** What threads need to write there too; undefined where none is wanted. */
  readonly extra: () => Promise<S3Credentials | undefined>;
}

/**
 * Finds credentials, probes what the destination honours, and guards the rest.
 *
 * @throws {FlantsError} `store.credentials`, and as `probeStore`
 */
export async function openDestination(destination: DestinationSetting, signal: AbortSignal): Promise<OpenDestination> {
  const credentials = credentialsOf(destination);
  const extra: OpenDestination['extra'] = async () => (destination.store.kind === 's3' ? credentials() : undefined);
  await extra();
  const bare = connectStore(destination.store, credentials);
  const capabilities = await probeStore(bare, { signal });
  await bare.close();
  return {
    setting: destination,
    store: connectStore(destination.store, credentials, capabilities),
    capabilities,
    extra,
  };
}
