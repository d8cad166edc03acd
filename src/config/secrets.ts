import type { ApiSource } from './values/api-source.ts';
import type { ServiceOptions } from './service-options.ts';

/** Hiding shorter secrets would also hide ordinary words of a log. */
const minSecretLength = 4;

/** Collects all secrets in the options of a process, so that its log can hide them. */
export function secretsOf({ redis, catalogue, headers, http, alerts, proxies }: ServiceOptions): readonly string[] {
  const { webhook, heartbeat } = alerts;
  const urls = [
    redis.url,
    proxies.http ?? '',
    proxies.https ?? '',
    ...catalogue.sources.flatMap((source) => (source.kind === 'mongodb' ? [source.url] : [])),
  ];
  const given = [
    ...urls.flatMap(passwordOf),
    ...headers.map(({ value }) => value),
    ...catalogue.sources.flatMap((source) => (source.kind === 'api' ? secretsOfApi(source) : [])),
    http.token,
    webhook?.url,
    webhook?.secret,
    heartbeat?.url,
  ];
  return [
    ...new Set(given.flatMap((secret) => (secret !== undefined && secret.length >= minSecretLength ? [secret] : []))),
  ];
}

/** Headers and parameters of an API's URL may be keys. */
function secretsOfApi({ url, headers }: ApiSource): readonly string[] {
  return [...passwordOf(url), ...new URL(url).searchParams.values(), ...headers.map(({ value }) => value)];
}

/** The password of a URL, as it is written there and decoded. */
function passwordOf(url: string): readonly string[] {
  const written = /^[^:]*:\/\/[^:@/]*:(.*)@/s.exec(url)?.[1];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
