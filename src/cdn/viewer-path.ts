/** Unsafe in RFC 1738, section 2.2; what would begin a query, and what would be a wildcard. */
const toEncode = /[^\u0021-\u007e]|[<>"#%{}|\\^~[\]`?*]/gu;

/**
 * A path as CloudFront wants it in an invalidation: what RFC 1738 calls unsafe is encoded, and nothing else, since CloudFront
 * takes any other spelling for another object.
 *
 * @param key - below the place that players ask, without a slash at its beginning
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html
 */
export function encodedPath(key: string): string {
  return `/${key.toWellFormed()}`.replace(toEncode, (char) =>
    Buffer.from(char).reduce((text, byte) => `${text}%${byte.toString(16).toUpperCase().padStart(2, '0')}`, ''),
  );
}

/** Where a bucket is the origin of a distribution. */
export interface DistributionOrigin {
  readonly domainName: string;
  /** Empty, or with a slash at its beginning and none at its end. */
  readonly path: string;
}

/** Maps keys of the destination to what players ask for. */
export type ViewerPaths = (key: string) => string | undefined;

/** Paths below a prefix that somebody gave: with or without slashes around it. */
export function pathsBelow(prefix: string): ViewerPaths {
  const inner = prefix.replace(/^\/+|\/+$/g, '');
  return (key) => encodedPath(inner === '' ? key : `${inner}/${key}`);
}

/**
 * Paths by the origin of a distribution: CloudFront puts the origin's path before what players ask for.
 *
 * @returns undefined where none of the origins is the bucket, or none of them leads to the destination
 */
export function pathsOf(
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  origins: readonly DistributionOrigin[],
): ViewerPaths | undefined {
  const start = prefix === '' ? '/' : `/${prefix}/`;
  const candidates = origins
    .filter(({ domainName }) => domainName === bucket || domainName.startsWith(`${bucket}.s3`))
    .map(({ path }) => `${path}/`)
    .filter((path) => start.startsWith(path) || path.startsWith(start))
    // What lies above the destination, or at it, reaches all of it.
    .toSorted((a, b) => a.length - b.length);
  const [path] = candidates;
  if (path === undefined) return undefined;
  return (key) => {
    const whole = start + key;
    return whole.startsWith(path) ? encodedPath(whole.slice(path.length)) : undefined;
  };
}
