/** An object of a bucket. */
export interface BucketObject {
  readonly bucket: string;
  /** As the store has it, not percent-encoded. */
  readonly key: string;
}

/** Names of buckets: those of AWS, and the longer ones that other stores allow. */
const bucketName = /^[a-z0-9][a-z0-9._-]{1,254}$/i;
const written = /^s3:\/\/([^/]*)\/(.+)$/is;

/**
 * Parses `s3://bucket/key` as AWS's own tools write it: the key stands as it is, so that `%20` is three characters and not
 * a blank.
 *
 * @returns the URL of the object, with the key percent-encoded. Undefined if bucket or key is missing or cannot be one
 */
export function bucketUrlOf(text: string): URL | undefined {
  const [, bucket = '', key = ''] = written.exec(text) ?? [];
  if (!bucketName.test(bucket) || key.endsWith('/') || hasDotSegment(key) || !key.isWellFormed()) return undefined;
  return new URL(`s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`);
}

/**
 * The object that an `s3:` URL names. Query and fragment are ignored, as by the store.
 *
 * @returns undefined where there can be none: without a key, with a path that is not percent-encoded UTF-8, or with dot
 *   segments behind `%2F`, which would lead out of the bucket on the way
 */
export function bucketObjectOf({ host, pathname }: URL): BucketObject | undefined {
  try {
    const key = decodeURIComponent(pathname.slice(1));
    return bucketName.test(host) && key !== '' && !hasDotSegment(key) ? { bucket: host, key } : undefined;
  } catch {
    return undefined;
  }
}

/** `s3://bucket/key` as AWS's own tools write it; `bucketUrlOf` reads it. */
export function bucketText({ bucket, key }: BucketObject): string {
  return `s3://${bucket}/${key}`;
}

function hasDotSegment(key: string): boolean {
  return /(?:^|\/)\.{1,2}(?:\/|$)/.test(key);
}
