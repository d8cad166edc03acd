import { isIP } from 'node:net';

/** Whether a listening host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Whether the header `Host` of a request is a name of this machine, or an address. */
export function isLocalHost(header = ''): boolean {
  const name = URL.parse(`http://${header}`)?.hostname ?? '';
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}
