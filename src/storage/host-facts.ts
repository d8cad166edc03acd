import { createRequire } from 'node:module';
import type tls from 'node:tls';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ProxySettings } from '../config/values/proxies.ts';
import { FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { openQuestionRoutes } from './http/routes.ts';
import { connectionReason, isTlsCode, tlsReason } from './network-reasons.ts';
import { proxyFor } from './proxy/select.ts';
import { tlsOptions } from './tls-options.ts';
import { exchange } from './wire/exchange.ts';

/** How to reach a host. */
export interface HostAccess {
  /** PEM certificates of authorities to trust in addition to those of Node. */
  readonly ca?: string;
  readonly proxies: ProxySettings;
  readonly signal: AbortSignal;
}

/** What a host shows to whoever knocks. */
export interface HostFacts {
  /** Addresses of its name. Absent: it is an address itself, or a proxy resolves it. */
  readonly addresses?: readonly string[];
  /** When its certificate ends, in milliseconds since 1970. Absent without TLS, and behind a proxy. */
  readonly certificateEndsAt?: number;
  /** This machine's time less the host's, to a second and half the way there and back. Absent: it does not say. */
  readonly clockDifferenceMs?: number;
  /** Name of the proxy that leads there. */
  readonly proxy?: string;
}

const timeoutMs = 10 * second;

/**
 * Resolves the name of a host, connects to it, and asks it for its time.
 *
 * @param origin - scheme, host and port
 * @throws {FlantsError} `store.unreachable` with what went wrong, in words that follow the name of the host
 */
export async function askHost(origin: URL, access: HostAccess): Promise<HostFacts> {
  const proxy = proxyFor(origin, access.proxies);
  const addresses = proxy ? undefined : await resolved(origin.hostname);
  const certificateEndsAt = proxy || origin.protocol !== 'https:' ? undefined : await askCertificate(origin, access);
  const clockDifferenceMs = await askTime(origin, access);
  return {
    ...(addresses === undefined ? {} : { addresses }),
    ...(certificateEndsAt === undefined ? {} : { certificateEndsAt }),
    ...(clockDifferenceMs === undefined ? {} : { clockDifferenceMs }),
    ...(proxy ? { proxy: proxy.name } : {}),
  };
}

async function resolved(hostname: string): Promise<readonly string[] | undefined> {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return undefined;
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw unreachable(error);
  }
}

/** Loaded on demand: it copies the certificates of all authorities. */
const loadTls = (): typeof tls => createRequire(import.meta.url)('node:tls') as typeof tls;

function askCertificate(origin: URL, { ca }: HostAccess): Promise<number | undefined> {
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const socket = loadTls().connect({
    host,
    port: Number(origin.port || 443),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    timeout: timeoutMs,
    ...tlsOptions(ca),
  });
  socket
    .once('secureConnect', () => {
      const ends = Date.parse(socket.getPeerCertificate().valid_to);
      socket.destroy();
      resolve(Number.isNaN(ends) ? undefined : ends);
    })
    .once('timeout', () => socket.destroy(new Error('it does not answer within 10 s')))
    .once('error', (error) => reject(unreachable(error)));
  return promise;
}

/** Asks without credentials: also a refusal has the time. */
async function askTime(origin: URL, access: HostAccess): Promise<number | undefined> {
  const { signal } = access;
  const routes = openQuestionRoutes(access, timeoutMs);
  try {
    const askedAt = Date.now();
    const request = { origin: origin.origin, method: 'HEAD', path: '/' };
    const { headers, body } = await exchange(routes.to(origin).wire, request, signal);
    const answeredAt = Date.now();
    body.discard();
    // The header has whole seconds, rounded down.
    const said = typeof headers.date === 'string' ? Date.parse(headers.date) + second / 2 : Number.NaN;
    return Number.isNaN(said) ? undefined : (askedAt + answeredAt) / 2 - said;
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(error);
  } finally {
    await routes.close();
  }
}

function unreachable(error: unknown): FlantsError {
  if (error instanceof FlantsError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = isTlsCode(code) ? tlsReason({ message }, code) : connectionReason({ message }, code);
  return new FlantsError('store.unreachable', reason, { cause: error });
}
