import { BlockList, isIP, isIPv4 } from 'node:net';
import type { ProxySettings } from '../../config/values/proxies.ts';

/** The proxy for a URL. */
export interface Proxy {
  /** With its credentials. */
  readonly url: string;
  /** For messages: without them, and with the option that names it. */
  readonly name: string;
}

/**
 * Finds the proxy through which a URL is requested, as curl does: by the scheme of the URL, unless its host is to be
 * reached directly. That holds for this machine too.
 *
 * @returns undefined for a direct connection
 */
export function proxyFor(url: URL, { http, https, bypass }: ProxySettings): Proxy | undefined {
  const proxy = url.protocol === 'https:' ? https : http;
  if (proxy === undefined || bypass.some((entry) => isCovered(url, entry))) return undefined;
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return { url: proxy, name: `${new URL(proxy).origin} (${variable})` };
}

/**
 * | entry                           | covers                                    |
 * |---------------------------------|-------------------------------------------|
 * | `*`                             | all hosts                                 |
 * | `example.com`, `.example.com`   | that name and all below it                |
 * | `*.example.com`                 | the same                                  |
 * | `10.1.2.3`, `::1`, `[::1]`      | that address                              |
 * | `10.0.0.0/8`, `fd00::/8`        | the addresses of that network             |
 * | any of them with `:8080` behind | the same at that port alone               |
 */
function isCovered(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const { host, port } = parseEntry(entry.toLowerCase());
  if (port !== undefined && port !== portOf(url)) return false;
  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(hostname) !== 0) return isInNetwork(hostname, host);
  const name = host.replace(/^\*?\./, '').replace(/\.$/, '');
  return name !== '' && (hostname === name || hostname.endsWith(`.${name}`));
}

function parseEntry(entry: string): { readonly host: string; readonly port?: string } {
  const [, host = entry, port] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), ...(port === undefined ? {} : { port }) };
}

function portOf({ port, protocol }: URL): string {
  if (port !== '') return port;
  return protocol === 'https:' ? '443' : '80';
}

function isInNetwork(address: string, entry: string): boolean {
  const [network = '', bits] = entry.split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const longest = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}
