import type { ObjectStore } from '../../src/storage/object-store.ts';
import { openS3Store } from '../../src/storage/s3/store.ts';
import type { S3StoreOptions } from '../../src/storage/s3/store.ts';
import { second } from '../../src/domain/units.ts';
import type { S3Server } from './s3-server.ts';

/** A store below a prefix of a test server's bucket. */
export function openS3At(server: S3Server, prefix: string, changes: Partial<S3StoreOptions> = {}): ObjectStore {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  return openS3Store({
    bucket,
    prefix,
    endpoint,
    region,
    credentials: () => Promise.resolve(credentials),
    connections: 16,
    timeouts: { connectTimeoutMs: 5 * second, headersTimeoutMs: 30 * second, bodyTimeoutMs: 30 * second },
    ...changes,
  });
}
