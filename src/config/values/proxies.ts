/** Proxies between this machine and the network, by the scheme of the URL that is requested. */
export interface ProxySettings {
  /** URL of the proxy for `http:`, with its credentials. Absent: a direct connection. */
  readonly http?: string;
  /** The same for `https:`. */
  readonly https?: string;
  /**
   * Hosts that are reached directly: names, which stand for their subdomains too, addresses and networks, each with or
   * without a port. `*` stands for all.
   */
  readonly bypass: readonly string[];
}

/** Direct connections to everywhere. The settings of whoever names no proxy. */
export const noProxies: ProxySettings = Object.freeze({ bypass: Object.freeze([]) });

/**
 * Parses the address of a proxy: a URL, or as curl takes it without `http://`.
 *
 * @returns its URL; undefined for what is no address of an HTTP proxy
 */
export function parseProxy(text: string): string | undefined {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  const isProxy = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.pathname === '/';
  if (!isProxy || url.search !== '' || url.hash !== '') return undefined;
  url.username = encoded(url.username);
  url.password = encoded(url.password);
  return url.href;
}

/** A password may hold a `%` that begins no escape. */
function encoded(text: string): string {
  try {
    decodeURIComponent(text);
    return text;
  } catch {
    return encodeURIComponent(text);
  }
}

/** Collects the settings of proxies from parsed options. NO_PROXY is also written with spaces. */
export function proxySettings({
  httpProxy: http,
  httpsProxy: https,
  proxyBypass,
}: {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly proxyBypass: readonly string[];
}): ProxySettings {
  if (http === undefined && https === undefined) return noProxies;
  return Object.freeze({
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    bypass: Object.freeze(proxyBypass.flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '')),
  });
}
