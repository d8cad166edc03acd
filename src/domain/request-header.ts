/** Headers that HTTP itself sets, or that a copy's promises depend on. RFC 9110 sections 7.2, 7.6, 8.6, 13.1 and 14.2. */
const reserved = new Set([
  'host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect', 'keep-alive', 'proxy-connection',
  'range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'accept-encoding',
]); // prettier-ignore

/** Whether a person may not set this header, in whatever case it is written. */
export function isReservedHeader(name: string): boolean {
  return reserved.has(name.toLowerCase());
}

/** A token: RFC 9110 section 5.6.2. Node's own check would load all of its HTTP server in each thread. */
export function isHeaderName(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}

/** What may stand in a value: RFC 9110 section 5.5. */
export function isHeaderValue(text: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(text);
}
