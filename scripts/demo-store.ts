import { createHash } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';
import type { S3Server } from '../test/servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../test/servers/versitygw.ts';

/** An object, as a listing tells of it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** An S3-compatible store of the demo, on the loopback, with one empty bucket. */
export interface DemoStore {
  /** What it is, for people. */
  readonly name: string;
  /** Without a final slash. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What an S3 client needs to know, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  list(): Promise<readonly ListedObject[]>;
  /** Lower-case hex SHA-256 of an object, as a client reads it; undefined where there is none. */
  sha256Of(key: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Starts versitygw where it is installed: it guards what a store should. Elsewhere fauxqs, within this process. */
export async function startStore(): Promise<DemoStore> {
  const server = hasVersitygw ? await startVersitygw() : await startFauxqs();
  const { endpoint, region, accessKeyId, secretAccessKey, bucket } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  const stop = async (): Promise<void> => {
    client.destroy();
    await server.stop();
  };
  try {
    if (!hasVersitygw) await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: hasVersitygw ? 'versitygw' : 'fauxqs, a small one in this process',
    endpoint,
    bucket,
    environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region },
    async list() {
      const objects: ListedObject[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
        for (const { Key: key = '', Size: sizeBytes = 0 } of page.Contents ?? []) objects.push({ key, sizeBytes });
      }
      return objects;
    },
    async sha256Of(key) {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
      const body = await found?.Body?.transformToByteArray();
      return body && createHash('sha256').update(body).digest('hex');
    },
    stop,
  };
}

async function startFauxqs(): Promise<S3Server> {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  return { endpoint, region: 'us-east-1', bucket: 'library', ...credentials, stop: () => app.close() };
}
