import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { canonicalAddress, hostOf } from '../../config/values/allowed-host.ts';
import type { AllowedHost } from '../../config/values/allowed-host.ts';
import { placeOf } from '../../domain/names/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';
import { isWithin, networkOf } from './network.ts';
import type { Network } from './network.ts';

/** A host and port that a person named as a source. */
export interface NamedHost {
  readonly host: string;
  readonly port: number;
  /** Where its name was found to lead. Absent: not known yet. */
  readonly side?: Side;
}

/** Where requests to a source may go, beside public addresses. Plain JSON, so that it can be sent to workers. */
export interface ReachRules {
  readonly named: readonly NamedHost[];
  readonly allowed: readonly AllowedHost[];
}

/** Whether a name leads to the public internet or to a network of one's own. It never changes from one to the other. */
export type Side = 'public' | 'internal';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Decides where requests may go. */
export interface Reach {
  /**
   * Checks a URL before it is asked for, also where a proxy resolves its name.
   *
   * @throws {FlantsError} `source.forbidden` for an address that requests may not go to
   */
  check(url: URL): void;
  /** Resolves names for connections to an origin, to addresses that they may go to. */
  lookupFor(origin: URL): LookupFunction;
}

/** Origins that are remembered: a source may name any number. */
const maxPermittedOrigins = 1_000;

/** Networks that a source may be in. Cloud machines hand out credentials at link-local addresses. */
const ownNetworks: readonly Network[] = ['loopback', 'private', 'shared'];

/**
 * Creates the rule of where requests may go. A source says by playlists, redirects and DNS what is asked for, and what
 * comes is published: so it may not lead into networks that only this machine reaches.
 *
 * | address                                | as a source that was named, at that port       | else      |
 * |----------------------------------------|------------------------------------------------|-----------|
 * | public                                 | yes, unless the name was internal at first     | any port  |
 * | loopback, private, shared              | yes, unless the name was public at first       | `allowed` |
 * | link-local, multicast, reserved, none  | `allowed`                                      | `allowed` |
 *
 * @param resolve - as `node:dns` resolves; the connection is made to an address that it gave
 */
export function openReach({ named, allowed }: ReachRules, resolve: Resolve = lookup): Reach {
  const sources = named.map((source) => ({ ...source }));
  const sourceAt = (url: URL): (typeof sources)[number] | undefined => {
    const [host, port] = [hostOf(url), portOf(url)];
    // Sources redirect from http to https.
    return sources.find((each) => each.host === host && (each.port === port || (each.port === 80 && port === 443)));
  };
  const mayConnect = (address: string, url: URL): boolean => {
    if (allowed.some((entry) => isAllowed(entry, hostOf(url), portOf(url)))) return true;
    if (allowed.some((entry) => isAllowed(entry, address, portOf(url)))) return true;
    const [network, source] = [networkOf(address), sourceAt(url)];
    return (source?.side ?? 'public') === 'public' ? network === 'public' : ownNetworks.includes(network);
  };
  /** Origins with an address in them, which stays as permitted as it was found: each file asks. */
  const permittedOrigins = new Set<string>();
  return {
    check(url) {
      if (permittedOrigins.has(url.origin)) return;
      const address = addressIn(url);
      if (address === undefined) return;
      const source = sourceAt(url);
      if (source) source.side = sideOf([address]);
      if (!mayConnect(address, url)) throw forbidden(url, address);
      if (permittedOrigins.size < maxPermittedOrigins) permittedOrigins.add(url.origin);
    },
    lookupFor: (origin) => (hostname, options, callback) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        const source = sourceAt(origin);
        if (source) source.side ??= sideOf(addresses.map(({ address }) => address));
        const permitted = addresses.filter(({ address }) => mayConnect(address, origin));
        const [first] = permitted;
        if (!first) return callback(forbidden(origin, addresses[0]?.address ?? 'no address'), '');
        if (options.all) return callback(null, permitted);
        return callback(null, first.address, first.family);
      });
    },
  };
}

/** The side of a name that leads to these addresses. */
export function sideOf(addresses: readonly string[]): Side {
  const networks = addresses.map(networkOf);
  return !networks.includes('public') && networks.some((network) => ownNetworks.includes(network))
    ? 'internal'
    : 'public';
}

/** The port of an http(s) URL. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** The address that a URL names. The names of the loopback count as one: RFC 6761 section 6.3. */
export function addressIn(url: URL): string | undefined {
  const host = hostOf(url);
  if (isIP(host) !== 0) return host;
  return host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : undefined;
}

function isAllowed({ host, bits, port }: AllowedHost, candidate: string, candidatePort: number): boolean {
  if (port !== undefined && port !== candidatePort) return false;
  if (host.startsWith('*.')) return candidate.endsWith(host.slice(1));
  const address = canonicalAddress(candidate);
  if (bits !== undefined) return address !== undefined && isWithin(address, host, bits);
  return (address ?? candidate) === host;
}

function forbidden(url: URL, address: string): FlantsError {
  const host = url.port === '' ? url.hostname : url.host;
  return new FlantsError(
    'source.forbidden',
    `${placeOf(url)} leads to ${address} (${networkOf(address)}), where nobody named a source; if it belongs to the library, allow it with --allow-host ${host}`,
  );
}
