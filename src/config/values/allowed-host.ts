import { isIP } from 'node:net';

/** Hosts that requests to a source may reach although nobody named them as sources. */
export interface AllowedHost {
  /** A name in lower case, which may begin with `*.` for all names below it, or an address in its canonical form. */
  readonly host: string;
  /** For a network: the length of its prefix. */
  readonly bits?: number;
  /** Absent: every port. */
  readonly port?: number;
}

/** Parses `host`, `*.host`, an address or a network such as `10.0.0.0/8`, each but a network also with `:port`. */
export function parseAllowedHost(text: string): AllowedHost | undefined {
  const [, network, prefix] = /^\[?([^\][/]+)\]?\/(\d{1,3})$/.exec(text) ?? [];
  if (network !== undefined) {
    const [host, bits] = [canonicalAddress(network), Number(prefix)];
    return host === undefined || bits > (isIP(host) === 4 ? 32 : 128) ? undefined : { host, bits };
  }
  const address = isIP(text) === 6 ? canonicalAddress(text) : undefined;
  if (address !== undefined) return { host: address };
  const [, name = '', port] = /^(.*?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const url = /[/?#@\\\s:]/.test(name.replace(/^\[.*\]$/, '')) ? null : URL.parse(`http://${text}`);
  if (!url) return undefined;
  return { host: hostOf(url), ...(port === undefined ? {} : { port: Number(port) }) };
}

/** The host of a URL: an address without brackets, or a name without the dot that may end it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** An address as URLs write it: IPv6 in its shortest form. Undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  const [plain = ''] = text.split('%', 1);
  const family = isIP(plain);
  if (family === 0) return undefined;
  return family === 4 ? plain : URL.parse(`http://[${plain}]`)?.hostname.slice(1, -1);
}
