import { availableParallelism } from 'node:os';
import { parseRule } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import { FlantsError } from '../domain/failure.ts';
import type { ListenAddress } from './values/address.ts';
import { readClusterPlace } from './cluster-place.ts';
import type { ClusterPlace } from './cluster-place.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { localPath, parseDestination } from './values/location.ts';
import type { Destination } from './values/location.ts';
import type { MongoFields } from './values/mongo.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { assertFolder, assertReadable, assertRoot, folderUrl } from './values/checked-paths.ts';
import { readSecret } from './values/secret-file.ts';
import { parseServiceSource } from './values/service-source.ts';
import type { ServiceSource } from './values/service-source.ts';
import { tokenParametersFrom } from './values/token-parameters.ts';

/** The processes of a cluster. */
export const roles = ['scanner', 'crawler', 'transfer', 'aggregator'] as const;

/** One of `roles`. */
export type Role = (typeof roles)[number];

type Parsed = ParsedOptions<Role>;

/** Where videos come from, and which of them are taken. */
export interface CatalogueOptions {
  /** May be empty in all roles but the scanner. */
  readonly sources: readonly ServiceSource[];
  /** All must hold. */
  readonly rules: readonly CatalogueRule[];
  readonly scanEveryMs: number;
  /** Absent for never. */
  readonly deltaEveryMs?: number;
  readonly freshWindowMs: number;
  /** Listen for changes between two scans. */
  readonly watch: boolean;
  /** For the sources in MongoDB. */
  readonly mongo: {
    /** Absent for the one in the URL. */
    readonly database?: string;
    readonly collection: string;
    /** As JSON, Extended JSON in it not yet resolved; absent for all documents. */
    readonly filter?: Readonly<Record<string, unknown>>;
    /** Dotted paths. */
    readonly fields: MongoFields;
    /** Dotted paths to read beside `fields`. */
    readonly projection: readonly string[];
    readonly batchSize: number;
    /** Dotted path that what became of a video is written to; absent to write nothing. */
    readonly writeBack?: string;
  };
}

/** Whom a process answers. */
export interface HttpOptions extends ListenAddress {
  /** Absent: the API changes nothing. */
  readonly token?: string;
  readonly requireTokenToRead: boolean;
}

/** Whom a cluster tells, and when. */
export interface AlertOptions {
  /** Absent: alerts are only logged. Both parts are secrets. */
  readonly webhook?: { readonly url: string; readonly secret?: string };
  /** The URL is a secret. */
  readonly heartbeat?: { readonly url: string; readonly everyMs: number };
  readonly freshLateMs: number;
  readonly stalledMs: number;
  /** From 0 to 1. */
  readonly failureShare: number;
}

/** Bounds and clocks of the whole cluster. */
export interface ClusterBounds {
  /** Absent for no limit. */
  readonly maxBatches?: number;
  /** Absent for no limit. */
  readonly maxBytesInFlight?: number;
  readonly maxVideos: number;
  readonly leaseMs: number;
  readonly reconcileEveryMs: number;
  readonly recoverEveryMs: number;
  /** How long a process may take to finish what is in flight. */
  readonly graceMs: number;
}

/** All that one process of a cluster needs, checked and frozen. Paths are absolute. */
export interface ServiceOptions
  extends
    NetworkOptions,
    ClusterPlace,
    ClusterBounds,
    Readonly<Pick<Parsed, 'existing' | 'sha256' | 'external' | 'concurrency' | 'logLevel' | 'logFormat'>> {
  readonly destination: Destination;
  readonly catalogue: CatalogueOptions;
  readonly threads: number;
  /** Of this process; absent for no limit. */
  readonly bytesPerSecond?: number;
  /** `file:` URL, with its final slash, of the folder that keys of local files are relative to. */
  readonly rootUrl?: string;
  /** Lower case, the usual ones included. */
  readonly tokenParameters: readonly string[];
  readonly http: HttpOptions;
  readonly alerts: AlertOptions;
  /** Under which players reach the destination, with its final slash. */
  readonly publicUrl?: string;
}

/** Options of `up`. */
export interface UpOptions extends ServiceOptions {
  /** How many of each. */
  readonly processes: Readonly<Record<Role, number>>;
}

const apiPort = 4010;

/**
 * Makes the options of one process of a cluster from what a person gave.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadServiceOptions(role: Role, input: CommandInput): Promise<ServiceOptions> {
  const parsed = await mergeInput(role, input);
  return Object.freeze(await serviceOptions(role, parsed, input));
}

/**
 * The same for all of them on one machine.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadUpOptions(input: CommandInput): Promise<UpOptions> {
  const parsed = await mergeInput('up', input);
  const { crawlers, transfers, threads = 1 } = parsed;
  const cores = availableParallelism();
  return Object.freeze({
    ...(await serviceOptions('up', { ...parsed, threads }, input)),
    processes: Object.freeze({ scanner: 1, crawler: crawlers ?? cores, transfer: transfers ?? cores, aggregator: 1 }),
  });
}

async function serviceOptions(
  verb: Role | 'up',
  parsed: Parsed,
  { words, cwd }: CommandInput,
): Promise<ServiceOptions> {
  const destinationText = words.at(-1);
  if (destinationText === undefined) throw new FlantsError('usage', `${verb} needs a destination`);
  const destination = parseDestination(destinationText, cwd);
  const sourceTexts = [...words.slice(0, -1), ...parsed.catalogue];
  const sources = sourceTexts.map((text) => parseServiceSource(text, cwd));
  const reads = verb === 'up' || verb === 'scanner';
  if (reads && sources.length === 0) {
    throw new FlantsError(
      'usage',
      `${verb} needs a source before the destination ${destination.name}, or in --catalogue`,
    );
  }
  const root = parsed.root === undefined ? undefined : localPath(parsed.root, cwd);
  const local = sources.filter((source) => source.kind !== 'mongodb');
  // Another process may run where a catalogue's file is not.
  if (reads) await Promise.all(local.map((source) => assertReadable(source)));
  if (root !== undefined) await assertRoot(root, reads ? local : []);
  if (destination.kind === 'folder') await assertFolder(destination.path, { sources: local, root });

  const { existing, sha256, external, concurrency, logLevel, logFormat, bwlimit, publicUrl } = parsed;
  return {
    ...(await readNetworkOptions(parsed, cwd)),
    ...(await readClusterPlace(parsed, destination, cwd)),
    ...boundsOf(parsed),
    destination: Object.freeze(destination),
    catalogue: catalogueOf(parsed, sources),
    existing,
    sha256,
    external,
    concurrency,
    threads: parsed.threads ?? availableParallelism(),
    ...(bwlimit === undefined ? {} : { bytesPerSecond: bwlimit }),
    ...(root === undefined ? {} : { rootUrl: folderUrl(root) }),
    tokenParameters: tokenParametersFrom(parsed.tokenParams),
    http: await httpOf(verb, parsed, cwd),
    alerts: await alertsOf(parsed, cwd),
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
    recoverEveryMs: parsed.recoverEvery,
    graceMs: parsed.grace,
  };
}

function catalogueOf(parsed: Parsed, sources: readonly ServiceSource[]): CatalogueOptions {
  const { mongoDatabase: database, mongoFilter: filter, writeBack, deltaEvery } = parsed;
  return Object.freeze({
    sources: Object.freeze(sources),
    rules: Object.freeze(parsed.rule.map(parseRule)),
    scanEveryMs: parsed.scanEvery,
    ...(deltaEvery === 'never' ? {} : { deltaEveryMs: deltaEvery }),
    freshWindowMs: parsed.freshWindow,
    watch: parsed.watch,
    mongo: Object.freeze({
      ...(database === undefined ? {} : { database }),
      collection: parsed.mongoCollection,
      ...(filter === undefined ? {} : { filter }),
      fields: Object.freeze(parsed.mongoFields),
      projection: Object.freeze(parsed.mongoProjection),
      batchSize: parsed.mongoBatchSize,
      ...(writeBack === undefined ? {} : { writeBack }),
    }),
  });
}

async function httpOf(verb: Role | 'up', parsed: Parsed, cwd: string): Promise<HttpOptions> {
  const usual = { host: '127.0.0.1', port: verb === 'up' || verb === 'aggregator' ? apiPort : 0 };
  const token = await readSecret({ value: parsed.token, file: parsed.tokenFile, option: '--token-file', cwd });
  const { requireTokenToRead } = parsed;
  if (requireTokenToRead && token === undefined)
    throw new FlantsError('usage', '--require-token-to-read asks for a token: set FLANTS_TOKEN or --token-file');
  return Object.freeze({ ...(parsed.listen ?? usual), ...(token === undefined ? {} : { token }), requireTokenToRead });
}

async function alertsOf(parsed: Parsed, cwd: string): Promise<AlertOptions> {
  const { webhook: url, heartbeat } = parsed;
  const secret = await readSecret({
    value: parsed.webhookSecret,
    file: parsed.webhookSecretFile,
    option: '--webhook-secret-file',
    cwd,
  });
  const webhook = url === undefined ? undefined : Object.freeze({ url, ...(secret === undefined ? {} : { secret }) });
  return Object.freeze({
    ...(webhook === undefined ? {} : { webhook }),
    ...(heartbeat === undefined
      ? {}
      : { heartbeat: Object.freeze({ url: heartbeat, everyMs: parsed.heartbeatEvery }) }),
    freshLateMs: parsed.freshLate,
    stalledMs: parsed.stalled,
    failureShare: parsed.failureShare,
  });
}

/** Keys are appended to it. */
function publicUrlOf(text: string): string {
  const { username, password, search, hash, href } = new URL(text);
  if (username + password + search + hash !== '')
    throw new FlantsError(
      'usage',
      '--public-url holds a user, a query or a fragment: expected https://cdn.example/vod',
    );
  return href.endsWith('/') ? href : `${href}/`;
}
