import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startFauxqs } from '../servers/fauxqs.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';

/** The S3 servers that media is copied to, and whether each can run here. */
export const bucketKinds = [
  { kind: 'fauxqs', isThere: true },
  { kind: 'versitygw', isThere: hasVersitygw },
] as const;

/** One of them. */
export type BucketKind = (typeof bucketKinds)[number]['kind'];

/** A bucket that the command writes to with credentials and that players read without any, as they would a website. */
export interface PublicBucket {
  /** As the command names it. */
  readonly destination: string;
  /** The same place as players name it, without a final slash. */
  readonly url: string;
  /** What the command needs to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** All keys below the destination, sorted. */
  keys(): Promise<readonly string[]>;
  /** What a player gets. @throws when it gets nothing */
  read(key: string): Promise<Buffer>;
  /**
   * Puts other bytes in place of an object's, or takes it away where there are none.
   *
   * @returns what makes all good again
   */
  spoil(key: string, bytes?: Uint8Array): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

const prefix = 'vod';

/** Starts a server with one empty bucket. All is done by AWS's own client: nothing here is proven by what it is to prove. */
export async function openPublicBucket(kind: BucketKind): Promise<PublicBucket> {
  const server = kind === 'fauxqs' ? await startFauxqs() : await startVersitygw();
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  // The lenient one lets everyone read as it is.
  if (kind === 'versitygw') await letEveryoneRead(client, bucket);
  const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: `${prefix}/${key}` });
  const url = `${endpoint}/${bucket}/${prefix}`;
  return {
    destination: `s3://${bucket}/${prefix}`,
    url,
    env: environmentOf(server),
    async keys() {
      const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      if (IsTruncated) throw new Error('the bucket holds more than one listing shows');
      return Contents.map(({ Key = '' }) => Key.replace(`${prefix}/`, '')).toSorted();
    },
    async read(key) {
      const answer = await fetch(`${url}/${key.split('/').map(encodeURIComponent).join('/')}`);
      if (!answer.ok) throw new Error(`${key}: status ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    },
    async spoil(key, bytes) {
      const { Body, ContentType = '' } = await client.send(new GetObjectCommand(at(key)));
      const original = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const put = async (body: Uint8Array): Promise<void> =>
        void (await client.send(new PutObjectCommand({ ...at(key), Body: body, ContentType })));
      if (bytes) await put(bytes);
      else await client.send(new DeleteObjectCommand(at(key)));
      return () => put(original);
    },
    async stop() {
      client.destroy();
      await server.stop();
    },
  };
}

async function letEveryoneRead(client: S3Client, bucket: string): Promise<void> {
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
}

function environmentOf({ endpoint, accessKeyId, secretAccessKey }: S3Server): Record<string, string> {
  return { FLANTS_ENDPOINT: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}
