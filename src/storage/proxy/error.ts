import { FlantsError } from '../../domain/failure.ts';
import { connectionReason } from '../network-reasons.ts';
import type { Proxy } from './select.ts';

/** The request that failed. */
export interface ProxiedRequest {
  readonly proxy: Proxy;
  /** Which end of the copy it was for. */
  readonly side: 'source' | 'store';
  /** What was requested, for messages. */
  readonly place: string;
  /** Host and port behind the proxy. */
  readonly host: string;
}

/** Codes of errors before there is a connection. Behind a proxy, only the proxy is connected to. */
const unconnected =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_.*|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_PRX_CONN|UND_ERR_PRX_TLS)$/;

/**
 * Converts an error of undici that the proxy is to blame for, rather than the host behind it:
 *
 * | the proxy                     | code                                             |
 * |-------------------------------|--------------------------------------------------|
 * | cannot be reached             | `source.unreachable`, `store.unreachable`        |
 * | takes no connection in time   | `source.timeout`, `store.timeout`                |
 * | wants other credentials (407) | `proxy.denied`                                   |
 * | lets nobody through to a host | `source.refused`, `store.denied`                 |
 * | cannot reach the host (5xx)   | `source.unreachable`, `store.unreachable`        |
 *
 * @returns undefined for any other error
 */
export function proxyError(
  error: { readonly message: string },
  code: string,
  { proxy: { name }, side, place, host }: ProxiedRequest,
): FlantsError | undefined {
  const cause = { cause: error };
  const status = statusOf(error.message);
  if (status === 407)
    return new FlantsError('proxy.denied', `the proxy ${name} wants other credentials (status 407; ${place})`, cause);
  if (status !== undefined && status >= 500) {
    return new FlantsError(
      side === 'source' ? 'source.unreachable' : 'store.unreachable',
      `the proxy ${name} could not reach ${host} (status ${status}; ${place})`,
      cause,
    );
  }
  if (status !== undefined) {
    return new FlantsError(
      side === 'source' ? 'source.refused' : 'store.denied',
      `the proxy ${name} lets nobody through to ${host} (status ${status}; ${place}); have it allow that host, or reach it directly with NO_PROXY`,
      cause,
    );
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new FlantsError(
      side === 'source' ? 'source.timeout' : 'store.timeout',
      `the proxy ${name} did not take the connection in time (${place})`,
      cause,
    );
  }
  if (!unconnected.test(code)) return undefined;
  return new FlantsError(
    side === 'source' ? 'source.unreachable' : 'store.unreachable',
    `the proxy ${name}: ${connectionReason(error, code)} (${place})`,
    cause,
  );
}

/** The status of the proxy itself, which undici tells in words alone. */
function statusOf(message: string): number | undefined {
  const status = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(message);
  return status ? Number(status[1] ?? status[2]) : undefined;
}

/** For messages about a request that may have failed on either side of the proxy. */
export function through(proxy: Proxy | undefined): string {
  return proxy === undefined ? '' : ` (through the proxy ${proxy.name})`;
}
