import { encodePath } from './sigv4.ts';

/** The address of a bucket, and the mapping of keys to paths. */
export interface S3Address {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The value of the `Host` header. */
  readonly host: string;
  /** The endpoint to configure the SDK with. */
  readonly endpoint: string;
  readonly pathStyle: boolean;
  /** Returns the encoded path of a full key. */
  pathOf(key: string): string;
}

/**
 * Path-style for a custom endpoint, virtual-hosted style for AWS. Buckets with a dot in their name get path-style at
 * AWS too, because no wildcard certificate matches them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function addressOf(bucket: string, region: string, endpoint: string | undefined): S3Address {
  const root = new URL(
    endpoint ?? `https://s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
  );
  const pathStyle = endpoint !== undefined || bucket.includes('.');
  const below = root.pathname.replace(/\/$/, '');
  const host = pathStyle ? root.host : `${bucket}.${root.host}`;
  const start = pathStyle ? `${below}/${encodePath(bucket)}/` : '/';
  return {
    origin: `${root.protocol}//${host}`,
    host,
    endpoint: root.origin + below,
    pathStyle,
    pathOf: (key) => start + encodePath(key),
  };
}
