import type { ProxySettings } from '../../config/values/proxies.ts';
import type { HeaderPolicy } from '../../domain/object-headers.ts';
import type { ObjectStore, StoreCapabilities } from '../../storage/object-store.ts';
import { probeStore } from '../../storage/probe/capabilities.ts';
import { tryHeaders } from '../../storage/probe/headers.ts';
import type { S3Credentials } from '../../storage/s3/credentials.ts';
import type { SharedRate } from '../../storage/shared-rate.ts';
import { connectStore } from '../connect.ts';
import { credentialsOf } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';

/** A destination that has accepted its first write. */
export interface OpenDestination {
  readonly setting: DestinationSetting;
  readonly store: ObjectStore;
  readonly capabilities: StoreCapabilities;
  /** Credentials with which threads write there as well. Undefined if none are needed. */
  readonly extra: () => Promise<S3Credentials | undefined>;
}

/** How to open a destination. */
export interface OpenOptions {
  readonly proxies: ProxySettings;
  /** What the objects written there are asked to be. Absent: nothing beyond what is usual. */
  readonly headerPolicy?: HeaderPolicy;
  /** Requests per second. Absent: no limit. */
  readonly requests?: SharedRate;
  readonly signal: AbortSignal;
}

/**
 * Opens a destination: finds credentials, probes which conditions it honours, and adds checks for those it does not.
 *
 * @throws {FlantsError} `store.credentials` if there are none, and as `probeStore` and `tryHeaders`
 */
export async function openDestination(
  destination: DestinationSetting,
  { proxies, signal, headerPolicy, requests }: OpenOptions,
): Promise<OpenDestination> {
  const credentials = credentialsOf(destination, proxies);
  const extra: OpenDestination['extra'] = async () => (destination.store.kind === 's3' ? credentials() : undefined);
  await extra();
  const access = { credentials, proxies, ...(requests ? { requests } : {}) };
  const found = await capabilitiesOf(connectStore(destination.store, access), signal);
  const store = connectStore(destination.store, { ...access, capabilities: found });
  try {
    const untreated = headerPolicy && (await tryHeaders(store, headerPolicy, { signal }));
    const capabilities = untreated === undefined ? found : { ...found, untreated };
    return { setting: destination, store, capabilities, extra };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Probes a store that nothing guards yet, and closes it. */
async function capabilitiesOf(unguarded: ObjectStore, signal: AbortSignal): Promise<StoreCapabilities> {
  try {
    return await probeStore(unguarded, { signal });
  } finally {
    await unguarded.close();
  }
}

/** Opens a store that nothing will be written to, without trying it: that would write. */
export function openToRead(setting: DestinationSetting, proxies: ProxySettings): ObjectStore {
  return connectStore(setting.store, { credentials: credentialsOf(setting, proxies), proxies });
}

/**
 * Whether a destination keeps `a//b` apart from `a/b`. Where it cannot be asked (this process may have no rights there),
 * it counts as one that does not: names are then chosen that every store keeps.
 */
export async function keepsEmptySegments(...destination: Parameters<typeof openDestination>): Promise<boolean> {
  try {
    const { store, capabilities } = await openDestination(...destination);
    await store.close();
    return capabilities.emptySegments;
  } catch (error) {
    if (destination[1].signal.aborted) throw error;
    return false;
  }
}
