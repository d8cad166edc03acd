import type { ServiceOptions } from './service-options.ts';

/** Shorter ones would blank out ordinary words of a log. */
const shortest = 4;

/** Every secret among the options of a process, so that its log can leave them out. */
export function secretsOf({ redis, catalogue, headers, http, alerts }: ServiceOptions): readonly string[] {
  const { webhook, heartbeat } = alerts;
  const urls = [redis.url, ...catalogue.sources.flatMap((source) => (source.kind === 'mongodb' ? [source.url] : []))];
  const given = [
    ...urls.flatMap(passwordOf),
    ...headers.map(({ value }) => value),
    http.token,
    webhook?.url,
    webhook?.secret,
    heartbeat?.url,
  ];
  return [...new Set(given.flatMap((secret) => (secret !== undefined && secret.length >= shortest ? [secret] : [])))];
}

/** As it stands in the URL, and as it is meant. */
function passwordOf(url: string): readonly string[] {
  const written = /^[^:]*:\/\/[^:@/]*:(.*)@/s.exec(url)?.[1];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
