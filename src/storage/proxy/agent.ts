import type { Dispatcher } from 'undici';
import type { SecureContext } from 'node:tls';
import type { Proxy } from './select.ts';
import { connect, Pool, ProxyAgent } from './undici.ts';

/** Limits of the connections that go through a proxy. */
export interface ProxyAgentOptions {
  /** To each origin. */
  readonly connections: number;
  /** For a connection to the proxy, and again for its answer to CONNECT. */
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs: number;
  /** For the origin, and for the proxy if it speaks TLS itself. */
  readonly tls: { readonly secureContext?: SecureContext };
}

/**
 * Opens connections through a proxy. Requests for `http:` are forwarded by the proxy, as proxies let few through to port
 * 80; those for `https:` go through a tunnel (RFC 9110 section 9.3.6), so that the proxy reads nothing of them.
 */
export function openProxyAgent({ url }: Proxy, options: ProxyAgentOptions): Dispatcher {
  const { connections, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, tls } = options;
  const timeouts = {
    bodyTimeout: bodyTimeoutMs,
    ...(headersTimeoutMs === undefined ? {} : { headersTimeout: headersTimeoutMs }),
  };
  return new ProxyAgent({
    uri: url,
    connectTimeout: connectTimeoutMs,
    requestTls: tls,
    proxyTls: tls,
    // Undici gives the pools of forwarded requests none of the options of the agent.
    factory: (origin, given) =>
      new Pool(origin, Object.assign({}, given, { ...timeouts, connections, allowH2: false })),
    clientFactory: (origin, given) => {
      const pool = new Pool(origin, Object.assign({}, given, { headersTimeout: connectTimeoutMs, allowH2: false }));
      // Undici's entry point, which is not loaded, gives it to all dispatchers.
      return Object.assign(pool, { connect });
    },
  });
}
