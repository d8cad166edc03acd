import { FlantsError } from '../domain/failure.ts';
import { readTextFile } from './input/config-file.ts';
import { headerLines, parseHeaders } from './values/headers.ts';
import type { Header } from './values/headers.ts';
import type { AllowedHost } from './values/allowed-host.ts';
import { localPath } from './values/location.ts';
import { proxySettings } from './values/proxies.ts';
import type { ProxySettings } from './values/proxies.ts';

/** Access to a store. */
export interface StoreOptions {
  /** URL of an S3-compatible store. Absent: AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  /** Certificates in PEM to trust in addition to the system's. */
  readonly ca?: string;
  readonly proxies: ProxySettings;
}

/** Access to sources in buckets. */
export interface SourceStoreOptions {
  /** URL of an S3-compatible store. Absent: AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Access to source and destination. */
export interface NetworkOptions extends StoreOptions {
  /** Sent to the hosts of the sources only. */
  readonly headers: readonly Header[];
  readonly sourceStore: SourceStoreOptions;
  readonly sourceTimeoutMs: number;
  readonly allowedHosts: readonly AllowedHost[];
}

/** The parsed options behind `StoreOptions`. */
interface ParsedStore {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly ca?: string;
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly proxyBypass: readonly string[];
}

/** The parsed options behind `NetworkOptions`. */
interface Parsed extends ParsedStore {
  readonly header: readonly string[];
  readonly headerFile?: string;
  readonly sourceEndpoint?: string;
  readonly sourceRegion?: string;
  readonly sourceProfile?: string;
  readonly sourceTimeout: number;
  readonly allowHost: readonly AllowedHost[];
}

/**
 * Reads the network options and the files that they name.
 *
 * @throws {FlantsError} `usage` when a file cannot be read or has invalid content
 */
export async function readNetworkOptions(parsed: Parsed, cwd: string): Promise<NetworkOptions> {
  const store = await readStoreOptions(parsed, cwd);
  const fromFile = parsed.headerFile === undefined ? [] : await readHeaderFile(localPath(parsed.headerFile, cwd));
  return {
    ...store,
    headers: Object.freeze([...fromFile, ...parseHeaders(parsed.header, '--header')]),
    sourceStore: sourceStoreOf(parsed),
    sourceTimeoutMs: parsed.sourceTimeout,
    allowedHosts: Object.freeze(parsed.allowHost),
  };
}

function sourceStoreOf({ sourceEndpoint, sourceRegion, sourceProfile, profile }: Parsed): SourceStoreOptions {
  if (sourceEndpoint !== undefined) assertEndpoint(sourceEndpoint, '--source-endpoint');
  const named = sourceProfile ?? profile;
  return Object.freeze({
    ...(sourceEndpoint === undefined ? {} : { endpoint: sourceEndpoint }),
    ...(sourceRegion === undefined ? {} : { region: sourceRegion }),
    ...(named === undefined ? {} : { profile: named }),
  });
}

/** Like `readNetworkOptions`, for a store alone. */
export async function readStoreOptions(parsed: ParsedStore, cwd: string): Promise<StoreOptions> {
  const { endpoint, region, profile } = parsed;
  if (endpoint !== undefined) assertEndpoint(endpoint);
  const ca = parsed.ca === undefined ? undefined : await readCertificates(localPath(parsed.ca, cwd), '--ca');
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(ca === undefined ? {} : { ca }),
    proxies: proxySettings(parsed),
  };
}

async function readHeaderFile(path: string): Promise<readonly Header[]> {
  return parseHeaders(headerLines(await readTextFile(path, '--header-file')), `--header-file ${path}`);
}

/** @throws {FlantsError} `usage` when the file cannot be read or contains no certificate */
export async function readCertificates(path: string, option: string): Promise<string> {
  const pem = await readTextFile(path, option);
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new FlantsError('usage', `${option} names ${path}, which holds no certificate in PEM`);
  return pem;
}

/** @throws {FlantsError} `usage` when the endpoint contains a user or a query */
export function assertEndpoint(endpoint: string, option = '--endpoint'): void {
  const { username, password, search } = new URL(endpoint);
  if (username !== '' || password !== '') {
    throw new FlantsError(
      'usage',
      `${option} holds a user: credentials come from the AWS environment variables, files or ${option.replace('endpoint', 'profile')}`,
    );
  }
  if (search !== '')
    throw new FlantsError('usage', `${option} holds a query: expected a URL such as https://minio.example:9000`);
}
