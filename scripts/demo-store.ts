import { createHash } from 'node:crypto';
import { CreateBucketCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';

/** What an S3 client needs to know, as environment variables. */
export const storeEnvironment = {
  AWS_ACCESS_KEY_ID: 'demo',
  AWS_SECRET_ACCESS_KEY: 'demo',
  AWS_REGION: 'us-east-1',
} as const;

/** An object, as a listing tells of it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** An S3-compatible store of the demo, on the loopback and in memory, with one empty bucket. */
export interface DemoStore {
  /** Without a final slash. */
  readonly endpoint: string;
  readonly bucket: string;
  list(): Promise<readonly ListedObject[]>;
  /** Lower-case hex SHA-256 of an object, read over HTTP as a player reads it; undefined where there is none. */
  sha256Of(key: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Starts fauxqs within this process. */
export async function startStore(): Promise<DemoStore> {
  const bucket = 'library';
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const client = new S3Client({
    endpoint,
    region: storeEnvironment.AWS_REGION,
    forcePathStyle: true,
    credentials: {
      accessKeyId: storeEnvironment.AWS_ACCESS_KEY_ID,
      secretAccessKey: storeEnvironment.AWS_SECRET_ACCESS_KEY,
    },
  });
  const stop = async (): Promise<void> => {
    client.destroy();
    await app.close();
  };
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    bucket,
    async list() {
      const objects: ListedObject[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
        for (const { Key: key = '', Size: sizeBytes = 0 } of page.Contents ?? []) objects.push({ key, sizeBytes });
      }
      return objects;
    },
    async sha256Of(key) {
      const answer = await fetch(`${endpoint}/${bucket}/${key}`);
      if (!answer.ok) return undefined;
      return createHash('sha256')
        .update(Buffer.from(await answer.arrayBuffer()))
        .digest('hex');
    },
    stop,
  };
}
