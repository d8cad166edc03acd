import { encodePath } from './sigv4.ts';

/** The address of a bucket, and the mapping of keys to paths. */
export interface S3Address {
  /** Scheme, host and port. */
  readonly origin: string;
  /** As the `Host` header says. */
  readonly host: string;
  /** What the SDK is given as its endpoint. */
  readonly endpoint: string;
  readonly pathStyle: boolean;
  /** Encoded path of a full key. */
  pathOf(key: string): string;
}

/**
 * Path-style at an endpoint of one's own, virtual-hosted style at AWS, where a bucket with a dot in its
 * name fits no wildcard certificate and so gets path-style too.
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
