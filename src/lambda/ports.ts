import { connectSource, connectStore } from '../app/connect.ts';
import type { SourceSpec } from '../app/connect.ts';
import type { BucketSpec, FunctionSettings } from '../app/functions/settings.ts';
import type { FunctionEnvironment } from '../config/function-environment.ts';
import { usualConcurrency } from '../config/values/concurrency.ts';
import { noProxies } from '../config/values/proxies.ts';
import { MiB, second } from '../domain/units.ts';
import type { Share } from '../executor/lambda/message.ts';
import type { Journal } from '../journal/journal.ts';
import { openObjectJournal } from '../journal/object/journal.ts';
import { breakSilence } from '../storage/circuit-breaker.ts';
import { noticeCrowding } from '../storage/crowding.ts';
import { paceOrigins } from '../storage/paced-source.ts';
import type { ObjectStore, StoreCapabilities } from '../storage/object-store.ts';
import type { AntPorts } from '../transfer/ant-ports.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { createBufferPool } from '../transfer/body-buffers.ts';
import { createHeldBytes } from '../transfer/held-bytes.ts';
import { createSharedRate } from '../storage/shared-rate.ts';
import { createSlots } from '../transfer/slots.ts';
import { createStreamLimit } from '../transfer/stream-limit.ts';
import { readHeaderParameter } from './header-parameter.ts';

/** Open connections of this environment. */
export interface FunctionPorts extends AntPorts {
  /** Absent: none that can be reached. */
  readonly journal?: Pick<Journal, 'grouping' | 'recordOutcomes'>;
  readonly close: () => Promise<void>;
}

/** What Node and this program take before the first body. */
const baseMb = 160;
const leastHeldBytes = 32 * MiB;
const maxIdleBytes = 16 * MiB;
const journalConnections = 4;

/**
 * Connections that were idle for longer are not trusted: the environment may have been frozen, and what was closed
 * meanwhile is noticed by the request that fails.
 */
const maxIdleMs = 2 * second;

let kept: { readonly key: string; readonly ports: FunctionPorts; usedAtMs: number } | undefined;

/**
 * Opens source, destination and journal, or takes those of the invocation before, if it had the same and was not long
 * ago.
 *
 * @throws {FlantsError} as `readHeaderParameter`
 */
export async function keepPorts(
  settings: FunctionSettings,
  budget: Share,
  environment: FunctionEnvironment,
): Promise<FunctionPorts> {
  const key = JSON.stringify([settings, budget]);
  if (kept?.key === key && Date.now() - kept.usedAtMs <= maxIdleMs) return kept.ports;
  const former = kept?.ports;
  kept = undefined;
  await former?.close();
  const ports = await openPorts(settings, budget, environment);
  kept = { key, ports, usedAtMs: Date.now() };
  return ports;
}

/** Notes that the connections were in use until now. */
export function leavePorts(): void {
  if (kept) kept.usedAtMs = Date.now();
}

/** As many as are usual to begin with; more where that turns out to be faster. */
function streamsOf(connections: number): { readonly first: number; readonly most: number } {
  return { first: Math.min(usualConcurrency, connections), most: connections };
}

async function openPorts(
  settings: FunctionSettings,
  budget: Share,
  environment: FunctionEnvironment,
): Promise<FunctionPorts> {
  const { headerParameter } = settings;
  const { functionName, logStream, memoryMb } = environment;
  const { connections, bytesPerSecond, sourceRequestsPerSecond, storeRequestsPerSecond } = budget;
  const rateOf = (perSecond: number | undefined) => (perSecond === undefined ? undefined : createSharedRate(perSecond));
  const [bytes, requests, storeRequests] = [bytesPerSecond, sourceRequestsPerSecond, storeRequestsPerSecond].map(
    rateOf,
  );
  const credentials = (): Promise<S3Credentials> => Promise.resolve(environment.credentials);
  const openBucket = (bucket: BucketSpec, capabilities: StoreCapabilities, width: number): ObjectStore =>
    connectStore(
      { ...bucket, connections: width },
      {
        credentials,
        proxies: noProxies,
        capabilities,
        ...(storeRequests ? { requests: storeRequests } : {}),
      },
    );
  const spec: SourceSpec = {
    ...settings.source,
    headers: headerParameter ? await readHeaderParameter(headerParameter, environment) : [],
    connections,
    allowsFiles: false,
    proxies: noProxies,
    limits: { ...(bytes ? { bytes } : {}), ...(requests ? { requests } : {}) },
  };
  const source = paceOrigins(breakSilence(noticeCrowding(connectSource(spec, credentials))));
  const store = openBucket(settings.store, settings.capabilities, connections);
  const stores = [store];
  let journal: Journal | undefined;
  if (settings.journal) {
    const journalStore = openBucket(settings.journal.store, settings.journal.capabilities, journalConnections);
    stores.push(journalStore);
    journal = openObjectJournal(journalStore);
  }
  return {
    source,
    store,
    ...(journal ? { journal } : {}),
    slots: createSlots(createStreamLimit({ ...streamsOf(connections), now: () => performance.now() })),
    bytes: createHeldBytes(Math.max(leastHeldBytes, (memoryMb - baseMb) * 0.6 * MiB)),
    buffers: createBufferPool(maxIdleBytes),
    now: Date.now,
    worker: `${functionName}/${logStream.slice(-8)}`,
    close: async () => {
      await Promise.all([source.close(), ...stores.map((each) => each.close())]);
    },
  };
}
