/** Scheme, host and port of a URL. `url.origin` is `null` for `file:` and `s3:`, so all buckets would be one. */
export function urlOrigin({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
