/** An address to listen on. */
export interface ListenAddress {
  /** Host name or IP address. IPv6 addresses have no brackets. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Parses `host:port` or `[::1]:port`. Undefined for anything else. */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Whether the text is a URL of a Redis server. */
export function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol === 'unix:') return url.host === '' && url.pathname.length > 1;
  return (url?.protocol === 'redis:' || url?.protocol === 'rediss:') && url.hostname !== '';
}
