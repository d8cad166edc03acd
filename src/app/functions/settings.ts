import { FlantsError } from '../../domain/failure.ts';
import type { StoreCapabilities } from '../../storage/object-store.ts';
import type { SourceBuckets, SourceSpec, StoreSpec } from '../connect.ts';

/** A bucket, as plain data. */
export type BucketSpec = Omit<Extract<StoreSpec, { kind: 's3' }>, 'connections'>;

/** Where the headers for the sources are kept, and the origins that receive them. */
export interface HeaderParameter {
  /** Name of a parameter of AWS Systems Manager: lines of `Name: value`. */
  readonly name: string;
  readonly origins: readonly string[];
}

/**
 * Where a function copies from and to.
 *
 * It comes with each batch and not by the function's environment, so that one deployed function serves any library, and
 * nothing has to be deployed again when an option changes. What it may reach is bounded by its role. Secrets are never in
 * it: buckets are opened by the function's role, and headers for sources are named by reference.
 */
export interface FunctionSettings {
  readonly source: Pick<SourceSpec, 'timeoutMs' | 'ca' | 'reach' | 'buckets'>;
  readonly headerParameter?: HeaderParameter;
  readonly store: BucketSpec;
  readonly capabilities: StoreCapabilities;
  /** Absent: no journal that a function can reach. Its answers are the evidence. */
  readonly journal?: { readonly store: BucketSpec; readonly capabilities: StoreCapabilities };
}

/** What a dispatcher works with, from which its functions' settings follow. */
export interface SettingsParts {
  readonly source: SourceSpec;
  readonly headerParameter?: string;
  readonly destination: { readonly name: string; readonly store: StoreSpec };
  readonly capabilities: StoreCapabilities;
  readonly journal?: { readonly store: StoreSpec; readonly capabilities: StoreCapabilities };
}

/**
 * Returns the settings of functions that copy what this process dispatches.
 *
 * @throws {FlantsError} `usage` where functions cannot reach the source, or would need secrets
 */
export function functionSettings(parts: SettingsParts): FunctionSettings {
  const { source, headerParameter, destination, capabilities, journal } = parts;
  const { timeoutMs, ca, reach, headers, allowsFiles, buckets } = source;
  if (allowsFiles) {
    throw new FlantsError('usage', 'functions cannot read files of this machine: copy them with --executor threads');
  }
  const store = bucketOf(destination.store);
  if (!store) throw new Error(`functions cannot write to ${destination.name}`);
  const hasHeaders = headers.some((scope) => Object.keys(scope.headers).length > 0);
  if (hasHeaders && headerParameter === undefined) {
    throw new FlantsError(
      'usage',
      'headers and passwords for sources are not sent to functions: put the headers, one "Name: value" per line, into a parameter of AWS Systems Manager, and name it with --header-parameter',
    );
  }
  const journalStore = journal && bucketOf(journal.store);
  return {
    source: {
      timeoutMs,
      reach,
      ...(ca === undefined ? {} : { ca }),
      ...(buckets ? { buckets: withoutProfile(buckets) } : {}),
    },
    ...(headerParameter === undefined
      ? {}
      : { headerParameter: { name: headerParameter, origins: headers.map(({ origin }) => origin) } }),
    store,
    capabilities,
    ...(journal && journalStore ? { journal: { store: journalStore, capabilities: journal.capabilities } } : {}),
  };
}

/** Functions read buckets by their role. */
function withoutProfile({ profile: _, ...buckets }: SourceBuckets): SourceBuckets {
  return buckets;
}

function bucketOf(store: StoreSpec): BucketSpec | undefined {
  if (store.kind === 'folder') return undefined;
  const { connections: _, ...bucket } = store;
  return bucket;
}
