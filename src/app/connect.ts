import type { ProxySettings } from '../config/values/proxies.ts';
import { openFileSource } from '../storage/file-source.ts';
import { openFolderStore } from '../storage/folder/store.ts';
import { guardWrites } from '../storage/guard.ts';
import { judgeDenials } from '../storage/probe/judge-denials.ts';
import { openServerQuestions } from '../storage/http/ask-server.ts';
import type { ServerQuestions } from '../storage/http/ask-server.ts';
import type { RouteOptions } from '../storage/http/routes.ts';
import { openHttpSource } from '../storage/http/source.ts';
import { openReach } from '../storage/http/reach.ts';
import type { ReachRules } from '../storage/http/reach.ts';
import type { ScopedHeaders } from '../storage/http/headers.ts';
import { limitSource } from '../storage/limit-source.ts';
import type { SourceLimits } from '../storage/limit-source.ts';
import { limitStore } from '../storage/limit-store.ts';
import { persistUploads } from '../storage/persist-uploads.ts';
import type { SharedRate } from '../storage/shared-rate.ts';
import type { ObjectStore, StoreCapabilities } from '../storage/object-store.ts';
import { routeSource } from '../storage/route-source.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { openS3Source } from '../storage/s3/source.ts';
import { openS3Store } from '../storage/s3/store.ts';
import type { Source } from '../storage/source.ts';
import { second } from '../domain/units.ts';

/** Buckets that sources are in, and how to reach them. */
export interface SourceBuckets {
  /** Those that a person named. */
  readonly named: readonly string[];
  readonly region: string;
  /** Absent: AWS. */
  readonly endpoint?: string;
  /** Of AWS's shared configuration. Absent: the usual one. */
  readonly profile?: string;
}

/** How to reach the source of a library, as plain data that can be sent to a thread. */
export interface SourceSpec {
  readonly headers: ScopedHeaders;
  readonly connections: number;
  readonly timeoutMs: number;
  /** Whether playlists may name files of this machine. Only for a library that is itself local. */
  readonly allowsFiles: boolean;
  /** Absent: none. Only for threads of this process. */
  readonly limits?: SourceLimits;
  readonly ca?: string;
  readonly proxies: ProxySettings;
  /** Absent: no sources in buckets. */
  readonly buckets?: SourceBuckets;
  readonly reach: ReachRules;
}

/** How to reach a destination, as plain data that can be sent to a thread. */
export type StoreSpec =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string;
      readonly endpoint?: string;
      readonly connections: number;
      readonly ca?: string;
    };

/** What a destination needs beside its place, and what is never saved. */
export interface StoreAccess {
  readonly credentials: () => Promise<S3Credentials>;
  readonly proxies: ProxySettings;
  readonly capabilities?: StoreCapabilities;
  /** Requests per second. Absent: no limit. */
  readonly requests?: SharedRate;
}

const maxRedirects = 5;
const connectTimeoutMs = 15 * second;
/** Time-outs of every store. */
export const storeTimeouts = { connectTimeoutMs, headersTimeoutMs: 120 * second, bodyTimeoutMs: 60 * second };

/**
 * Opens a source with the adapters for all its URL schemes.
 *
 * @param credentials - for buckets. Absent: `s3:` URLs are refused
 */
export function connectSource(spec: SourceSpec, credentials?: () => Promise<S3Credentials>): Source {
  const http = openHttpSource({ ...httpOptionsOf(spec), maxRedirects });
  const source = routeSource({
    'http:': http,
    'https:': http,
    ...(spec.buckets && credentials ? { 's3:': openBuckets(spec, spec.buckets, credentials) } : {}),
    ...(spec.allowsFiles ? { 'file:': openFileSource() } : {}),
  });
  return spec.limits ? limitSource(source, spec.limits) : source;
}

function openBuckets(spec: SourceSpec, buckets: SourceBuckets, credentials: () => Promise<S3Credentials>): Source {
  const { named, region, endpoint } = buckets;
  const { reach: _, ...connections } = httpOptionsOf(spec);
  const allowed = new Set([...named, ...spec.reach.allowed.map(({ host }) => host)]);
  return openS3Source({
    ...connections,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials,
    mayRead: (bucket) => allowed.has(bucket),
  });
}

/** Opens a web server for questions about how it answers. */
export function connectQuestions(spec: SourceSpec): ServerQuestions {
  return openServerQuestions(httpOptionsOf(spec));
}

function httpOptionsOf(spec: SourceSpec): RouteOptions & Pick<SourceSpec, 'headers'> {
  return {
    headers: spec.headers,
    connections: spec.connections,
    connectTimeoutMs: Math.min(connectTimeoutMs, spec.timeoutMs),
    headersTimeoutMs: spec.timeoutMs,
    bodyTimeoutMs: spec.timeoutMs,
    proxies: spec.proxies,
    reach: openReach(spec.reach),
    ...(spec.ca === undefined ? {} : { ca: spec.ca }),
  };
}

/**
 * Opens a destination, adds checks in place of the guards that the store itself lacks, and tells a denied key from a lack of
 * rights.
 *
 * @param access.capabilities - absent before the store was probed: then nothing is added
 */
export function connectStore(
  spec: StoreSpec,
  { credentials, proxies, capabilities, requests }: StoreAccess,
): ObjectStore {
  const opened =
    spec.kind === 'folder'
      ? openFolderStore({ path: spec.path })
      : openS3Store({ ...spec, credentials, proxies, timeouts: storeTimeouts });
  const store = persistUploads(requests ? limitStore(opened, requests) : opened);
  return capabilities ? judgeDenials(guardWrites(store, capabilities)) : store;
}
