import { availableParallelism } from 'node:os';
import { FlantsError } from '../domain/failure.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import type { ListenAddress } from './values/address.ts';
import { readAlertOptions } from './alert-options.ts';
import type { AlertOptions } from './alert-options.ts';
import { readAccess } from './access-options.ts';
import type { AccessOptions } from './access-options.ts';
import { catalogueOptionsOf } from './catalogue-options.ts';
import type { CatalogueOptions } from './catalogue-options.ts';
import { readClusterPlace } from './cluster-place.ts';
import type { ClusterPlace } from './cluster-place.ts';
import { readCdnOptions } from './cdn-options.ts';
import type { CdnOptions } from './cdn-options.ts';
import { readHeaderPolicy } from './header-policy.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import type { SideFileField } from './values/side-files.ts';
import { usualCopyThreads } from './values/concurrency.ts';
import { rateLimitsOf } from './values/rate-limits.ts';
import type { RateLimits } from './values/rate-limits.ts';
import { localPath, parseDestination } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { apiSourcesOf } from './api-options.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { assertDestinationFolder, assertSourceReadable, assertSourceRoot, folderUrl } from './values/path-checks.ts';
import { publicUrlOf } from './values/public-url.ts';
import { readSpendingOptions } from './spending-options.ts';
import type { SpendingOptions } from './spending-options.ts';
import { parseClusterSource } from './values/cluster-source.ts';
import { readLambdaOptions } from './lambda-options.ts';
import type { LambdaOptions } from './lambda-options.ts';
import { keyNameOptions } from './key-rule-options.ts';
import type { KeyNameOptions } from './key-rule-options.ts';

/** The roles in a cluster. */
export const roles = ['scanner', 'crawler', 'transfer', 'aggregator'] as const;

/** One of `roles`. */
export type Role = (typeof roles)[number];

/** The kinds of processes in a cluster, each with the roles that it runs unless an option adds one. */
const rolesOfProcess = {
  coordinator: ['scanner', 'crawler', 'aggregator'],
  scanner: ['scanner'],
  crawler: ['crawler'],
  transfer: ['transfer'],
  aggregator: ['aggregator'],
} as const satisfies Record<string, readonly Role[]>;

/** A kind of process, which is also the verb that runs it. */
export type ProcessKind = keyof typeof rolesOfProcess;

/** The roles of a process. A coordinator may also copy files. */
export function rolesOf(kind: ProcessKind, { withTransfer }: { readonly withTransfer: boolean }): readonly Role[] {
  const usual: readonly Role[] = rolesOfProcess[kind];
  return kind === 'coordinator' && withTransfer ? [...usual, 'transfer'] : usual;
}

/** The kinds of processes that `up` starts, in this order. */
export const kindsOfUp = ['coordinator', 'crawler', 'transfer'] as const satisfies readonly ProcessKind[];

type Parsed = Omit<ParsedOptions<ProcessKind>, 'withTransfer'>;
type ParsedOfRoles = Parsed & { readonly roles: readonly Role[] };

/** HTTP interface of a process. */
export interface HttpOptions extends ListenAddress, AccessOptions {}

/** Limits and intervals of a cluster. */
export interface ClusterBounds {
  /** Absent: no limit. */
  readonly maxBatches?: number;
  /** Absent: no limit. */
  readonly maxBytesInFlight?: number;
  readonly maxVideos: number;
  readonly leaseMs: number;
  readonly reconcileEveryMs: number;
  /** How long a video waits for a source or destination that is down, once nothing else of it is left to do. */
  readonly patienceMs: number;
  /** The longest distance between two looks at a video that failed. */
  readonly retryInvalidEveryMs: number;
  /** The shortest distance between two looks at a recording that is not over. */
  readonly liveEveryMs: number;
  readonly recoverEveryMs: number;
  /** How long a process may take to finish work in progress when it is stopped. */
  readonly graceMs: number;
}

/** Options of one process of a cluster, checked and frozen. Paths are absolute. */
export interface ServiceOptions
  extends
    NetworkOptions,
    KeyNameOptions,
    ClusterPlace,
    ClusterBounds,
    Readonly<Pick<Parsed, 'existing' | 'sha256' | 'external' | 'assumeEnded' | 'logLevel' | 'logFormat'>> {
  readonly destination: Destination;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  /** Absent: no CDN is told of what is replaced. */
  readonly cdn?: CdnOptions;
  readonly catalogue: CatalogueOptions;
  /** Fields of a catalogue's rows that name files beside the playlists. */
  readonly sideFiles: readonly SideFileField[];
  /** What the process runs; of `up`, what all its processes run together. */
  readonly roles: readonly Role[];
  readonly threads: number;
  /** Files in flight at the most. Absent: nobody said. */
  readonly concurrency?: number;
  /** Absent: files are copied on threads. */
  readonly lambda?: LambdaOptions;
  /** Of all processes together. */
  readonly limits: RateLimits;
  /** Of all processes together. Absent: no limit, and nobody wants to know. */
  readonly spending?: SpendingOptions;
  /** `file:` URL, with a final slash, of the folder that keys of local files are relative to. */
  readonly rootUrl?: string;
  readonly http: HttpOptions;
  readonly alerts: AlertOptions;
  /** URL under which players reach the destination, with a final slash. */
  readonly publicUrl?: string;
}

/** Options of `up`. */
export interface UpOptions extends ServiceOptions {
  /** Number of processes of each kind. */
  readonly processes: Readonly<Record<(typeof kindsOfUp)[number], number>>;
}

const apiPort = 4010;

/**
 * On so many cores the coordinator of `up` copies files itself: a process of its own would have no core of its own, and
 * costs a third more memory, and some more CPU for its start and for what both read of the journal.
 */
const coresOfOneProcess = 2;

/** Threads that one transfer process of `up` serves: two processes of one thread cost a tenth more CPU, and a quarter more memory. */
const threadsOfTransfer = 4;

/**
 * Loads the options of one process of a cluster.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadServiceOptions(kind: ProcessKind, input: CommandInput): Promise<ServiceOptions> {
  const parsed = await mergeInput(kind, input);
  return Object.freeze(await serviceOptions(kind, { ...parsed, roles: rolesOf(kind, parsed) }, input));
}

/**
 * Loads the options of `up`, which runs all processes on one machine.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadUpOptions(input: CommandInput): Promise<UpOptions> {
  const parsed = await mergeInput('up', input);
  const cores = availableParallelism();
  const usual = cores <= coresOfOneProcess ? 0 : Math.ceil(cores / threadsOfTransfer);
  const { crawlers, transfers = usual } = parsed;
  const threads = parsed.threads ?? Math.ceil(usualCopyThreads(cores) / Math.max(1, transfers));
  return Object.freeze({
    ...(await serviceOptions('up', { ...parsed, roles, threads }, input)),
    processes: Object.freeze({ coordinator: 1, crawler: crawlers, transfer: transfers }),
  });
}

async function serviceOptions(
  verb: ProcessKind | 'up',
  parsed: ParsedOfRoles,
  { words, cwd }: CommandInput,
): Promise<ServiceOptions> {
  const destinationText = words.at(-1);
  if (destinationText === undefined) throw new FlantsError('usage', `${verb} needs a destination`);
  const destination = parseDestination(destinationText, cwd);
  const lambda = await readLambdaOptions(parsed, { destination, cwd });
  const sourceTexts = [...words.slice(0, -1), ...parsed.catalogue];
  const network = await readNetworkOptions(parsed, cwd);
  const named = sourceTexts.map((text) => parseClusterSource(text, cwd));
  const sources = [...named, ...(await apiSourcesOf(parsed, network, cwd))];
  const readsSources = parsed.roles.includes('scanner');
  if (readsSources && sources.length === 0) {
    throw new FlantsError(
      'usage',
      `${verb} needs a source before the destination ${destination.name}, or in --catalogue or --catalogue-url`,
    );
  }
  const root = parsed.root === undefined ? undefined : localPath(parsed.root, cwd);
  const local = sources.filter((source) => source.kind !== 'mongodb');
  // Other processes may run on machines without the catalogue's file.
  if (readsSources) await Promise.all(local.map((source) => assertSourceReadable(source)));
  if (root !== undefined) await assertSourceRoot(root, readsSources ? local : []);
  if (destination.kind === 'folder') await assertDestinationFolder(destination.path, { sources: local, root });

  const spending = await readSpendingOptions(parsed, { destination, cwd });
  const { existing, sha256, external, assumeEnded, concurrency, logLevel, logFormat, publicUrl } = parsed;
  return {
    ...network,
    ...(await readClusterPlace(parsed, destination, cwd)),
    ...boundsOf(parsed),
    destination: Object.freeze(destination),
    catalogue: catalogueOptionsOf(parsed, sources),
    sideFiles: Object.freeze(parsed.sideFiles),
    existing,
    sha256,
    external,
    assumeEnded,
    ...(await readHeaderPolicy(parsed.headerPolicy, cwd)),
    ...readCdnOptions(parsed),
    ...(concurrency === undefined ? {} : { concurrency }),
    roles: parsed.roles,
    threads: parsed.threads ?? availableParallelism(),
    ...(lambda ? { lambda } : {}),
    limits: rateLimitsOf(parsed),
    ...(spending === undefined ? {} : { spending }),
    ...(root === undefined ? {} : { rootUrl: folderUrl(root) }),
    ...keyNameOptions(parsed),
    http: await httpOf(parsed, cwd),
    alerts: await readAlertOptions(parsed, cwd),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrlOf(publicUrl) }),
    logLevel,
    ...(logFormat === undefined ? {} : { logFormat }),
  };
}

function boundsOf(parsed: Parsed): ClusterBounds {
  if (parsed.lease < 2 * parsed.reconcileEvery)
    throw new FlantsError(
      'usage',
      '--lease is shorter than twice --reconcile-every: claims on waiting work would run out',
    );
  const { maxBatches, maxBytesInFlight, maxVideos } = parsed;
  return {
    ...(maxBatches === undefined ? {} : { maxBatches }),
    ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    maxVideos,
    leaseMs: parsed.lease,
    reconcileEveryMs: parsed.reconcileEvery,
    patienceMs: parsed.patience,
    retryInvalidEveryMs: parsed.retryInvalidEvery,
    liveEveryMs: parsed.liveEvery,
    recoverEveryMs: parsed.recoverEvery,
    graceMs: parsed.grace,
  };
}

async function httpOf(parsed: ParsedOfRoles, cwd: string): Promise<HttpOptions> {
  const defaultAddress = { host: '127.0.0.1', port: parsed.roles.includes('aggregator') ? apiPort : 0 };
  return Object.freeze({ ...(parsed.listen ?? defaultAddress), ...(await readAccess(parsed, cwd)) });
}
