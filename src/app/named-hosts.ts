import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostOf } from '../config/values/allowed-host.ts';
import type { ProxySettings } from '../config/values/proxies.ts';
import { second } from '../domain/units.ts';
import { addressIn, portOf, sideOf } from '../storage/http/reach.ts';
import type { NamedHost, Side } from '../storage/http/reach.ts';
import { proxyFor } from '../storage/proxy/select.ts';

/** Names beyond these are looked up when they are first connected to. */
const maxLookups = 64;
const lookupTimeoutMs = 5 * second;

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
