import { noProxies } from '../../config/values/proxies.ts';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { openProxyWire } from '../proxy/wire.ts';
import { proxyFor } from '../proxy/select.ts';
import type { Proxy } from '../proxy/select.ts';
import { tlsOptions } from '../tls-options.ts';
import { openWire } from '../wire/wire.ts';
import type { Wire } from '../wire/wire.ts';
import type { Reach } from './reach.ts';

/** Connections, and the proxies through which they go. */
export interface RouteOptions {
  /** Maximum number of connections per origin. Further requests wait for one, and no time-out runs meanwhile. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** Time from the request to the end of the response headers. */
  readonly headersTimeoutMs: number;
  /** Maximum silence within a body. */
  readonly bodyTimeoutMs: number;
  /** PEM certificates of authorities to trust in addition to the well-known ones. */
  readonly ca?: string;
  /** If absent, all connections are direct. */
  readonly proxies?: ProxySettings;
  /** If absent, connections may go anywhere: right for URLs that the operator gave. */
  readonly reach?: Reach;
}

/** How to reach an origin. */
export interface Route {
  readonly wire: Wire;
  /** Absent: directly. */
  readonly proxy?: Proxy;
}

/** Connections to any origin, direct or through a proxy. */
export interface Routes {
  to(url: URL): Route;
  close(): Promise<void>;
}

/** Opens a connection for a question or two, each of whose steps may take as long as is said. */
export function openQuestionRoutes(access: Pick<RouteOptions, 'ca' | 'proxies'>, timeoutMs: number): Routes {
  const { ca, proxies = noProxies } = access;
  return openRoutes({
    connections: 1,
    connectTimeoutMs: timeoutMs,
    headersTimeoutMs: timeoutMs,
    bodyTimeoutMs: timeoutMs,
    proxies,
    ...(ca === undefined ? {} : { ca }),
  });
}

/** Opens connections over HTTP/1.1. Each origin has its own pool. */
export function openRoutes(options: RouteOptions): Routes {
  const tls = tlsOptions(options.ca);
  const { connections, connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, reach } = options;
  const wire = openWire((origin) => ({
    connections,
    connectTimeoutMs,
    headersTimeoutMs,
    bodyTimeoutMs,
    ...tls,
    ...(reach ? { lookup: reach.lookupFor(origin) } : {}),
  }));
  const direct: Route = { wire };
  const proxied = new Map<string, Wire>();
  return {
    to(url) {
      const proxy = proxyFor(url, options.proxies ?? noProxies);
      if (!proxy) return direct;
      const throughProxy = proxied.get(proxy.url) ?? openProxyWire(proxy, { ...options, tls });
      proxied.set(proxy.url, throughProxy);
      return { wire: throughProxy, proxy };
    },
    async close() {
      await Promise.all([wire, ...proxied.values()].map((each) => each.destroy()));
    },
  };
}
