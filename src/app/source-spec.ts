import { usualConcurrency } from '../config/values/concurrency.ts';
import type { CopyOptions } from '../config/copy-options.ts';
import { scopeHeaders } from '../storage/http/headers.ts';
import { namedHosts } from './named-hosts.ts';
import type { SourceBuckets, SourceSpec } from './connect.ts';
import { regionOf, usualRegion } from './destination-setting.ts';
import type { Survey } from './open/catalogue.ts';

type SourceOptions = Pick<
  CopyOptions,
  'headers' | 'concurrency' | 'sourceStore' | 'sourceTimeoutMs' | 'ca' | 'proxies' | 'allowedHosts'
>;

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
