import { usualConcurrency } from '../config/values/concurrency.ts';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CopyOptions } from '../config/copy-options.ts';
import { hostOf } from '../config/values/allowed-host.ts';
import type { ProxySettings } from '../config/values/proxies.ts';
import { second } from '../domain/units.ts';
import { scopeHeaders } from '../storage/http/headers.ts';
import { addressIn, portOf, sideOf } from '../storage/http/reach.ts';
import type { NamedHost, Side } from '../storage/http/reach.ts';
import { proxyFor } from '../storage/proxy.ts';
import type { SourceBuckets, SourceSpec } from './connect.ts';
import { regionOf, usualRegion } from './destination-setting.ts';
import type { Survey } from './open/catalogue.ts';

type SourceOptions = Pick<
  CopyOptions,
  'headers' | 'concurrency' | 'sourceStore' | 'sourceTimeoutMs' | 'ca' | 'proxies' | 'allowedHosts'
>;

/** Names beyond these are looked up when they are first connected to. */
const maxLookups = 64;
const lookupTimeoutMs = 5 * second;

/**
 * Returns how to reach the sources of a run. The headers of the user are sent to the hosts of these sources only, and
 * only they may be in a network of one's own.
 *
 * @param survey.namedUrls - further sources that a person named, which get no headers
 */
export async function sourceSpecOf(
  { headers, concurrency, sourceStore, sourceTimeoutMs, ca, proxies, allowedHosts }: SourceOptions,
  { originUrls, namedUrls = [] }: Pick<Survey, 'originUrls'> & { readonly namedUrls?: readonly string[] },
): Promise<SourceSpec> {
  const urls = [...originUrls, ...namedUrls];
  return {
    headers: scopeHeaders(originUrls, Object.fromEntries(headers.map(({ name, value }) => [name, value]))),
    connections: concurrency ?? usualConcurrency,
    timeoutMs: sourceTimeoutMs,
    allowsFiles: originUrls.some((url) => url.startsWith('file:')),
    ...(ca === undefined ? {} : { ca }),
    proxies,
    buckets: await sourceBucketsOf(urls, sourceStore),
    reach: { named: await namedHosts(urls, proxies), allowed: allowedHosts },
  };
}

/** The buckets of these URLs, and how to reach them. The region is looked up only where there is one. */
async function sourceBucketsOf(
  urls: readonly string[],
  { endpoint, region, profile }: SourceOptions['sourceStore'],
): Promise<SourceBuckets> {
  const buckets = urls.flatMap((text) => (text.startsWith('s3:') ? [new URL(text).host] : []));
  const known = region ?? (buckets.length > 0 ? await regionOf({ endpoint, profile }) : undefined);
  return {
    named: [...new Set(buckets)],
    // A store tells where else a bucket is.
    region: known ?? usualRegion,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
  };
}

/** The hosts of these URLs, and where their names lead now. A proxy resolves names by itself. */
export async function namedHosts(urls: readonly string[], proxies: ProxySettings): Promise<readonly NamedHost[]> {
  const origins = new Map(
    urls
      .map((url) => new URL(url))
      .filter(({ protocol }) => protocol === 'http:' || protocol === 'https:')
      .map((url) => [url.origin, url]),
  );
  return Promise.all(
    [...origins.values()].map(async (url, index) => {
      const isResolvedHere = addressIn(url) === undefined && !proxyFor(url, proxies);
      const side = isResolvedHere && index < maxLookups ? await lookUpSide(url) : undefined;
      return { host: hostOf(url), port: portOf(url), ...(side === undefined ? {} : { side }) };
    }),
  );
}

/** Undefined for a name that cannot be resolved now. */
async function lookUpSide(url: URL): Promise<Side | undefined> {
  const ended = new AbortController();
  const found = lookup(hostOf(url), { all: true }).then(
    (addresses) => sideOf(addresses.map(({ address }) => address)),
    () => undefined,
  );
  const late = sleep(lookupTimeoutMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined);
  const side = await Promise.race([found, late]);
  ended.abort();
  return side;
}
