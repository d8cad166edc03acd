import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { findTool } from '../../scripts/tools.ts';
import type { ToolName } from '../../scripts/tools.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';
import type { S3Server } from './s3-server.ts';

/** Where a store runs: in a folder of its own, on a port of the loopback, with one pair of keys. */
export interface Launch {
  readonly folder: string;
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A program that is a store. */
export interface StoreProgram {
  readonly tool: ToolName;
  readonly args: (launch: Launch) => readonly string[] | Promise<readonly string[]>;
  /** Those that it knows, where it cannot be told any. */
  readonly keys?: readonly [accessKeyId: string, secretAccessKey: string];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it makes a bucket when it is asked to, and not of a folder. */
  readonly asksForBucket?: true;
}

const region = 'us-east-1';
export const bucket = 'library';

/** How long a store may take from its start to its first object. */
const patienceMs = 180_000;

/** Starts a store that is one program, with one empty bucket. */
export async function startProgram({ tool, args, keys, env, asksForBucket }: StoreProgram): Promise<S3Server> {
  return startStore(keys, async (launch) => {
    const binary = findTool(tool);
    if (binary === undefined) throw new Error(`${tool} is not installed: npm run stores`);
    if (!asksForBucket) await mkdir(join(launch.folder, bucket));
    const { isOver, stop } = spawnServer(binary, await args(launch), env);
    await until(() => answers(launch.port), { isOver, what: tool }).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { stop, makesBuckets: asksForBucket === true };
  });
}

/** What starts a store in its folder. It says whether the bucket is to be made by a request. */
export type StartStore = (
  launch: Launch,
) => Promise<{ readonly stop: () => Promise<void>; readonly makesBuckets: boolean }>;

/** Starts a store in a new folder, which goes with it. */
export async function startStore(
  [accessKeyId, secretAccessKey]: readonly [string, string] = ['flantstest', 'flantstestsecret'],
  start: StartStore,
): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-store-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const port = await freePort();
  const started = await start({ folder, port, accessKeyId, secretAccessKey }).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await started.stop();
    await removeFolder();
  };
  const server = { endpoint: `http://127.0.0.1:${port}`, region, accessKeyId, secretAccessKey, bucket, stop };
  if (started.makesBuckets) {
    await makeBucket(server).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
  }
  return server;
}

/** A server process that is not spoken to. */
export interface ServerProcess {
  readonly isOver: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Starts a server process. */
export function spawnServer(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServerProcess {
  const child = spawn(binary, args, { stdio: 'ignore', env: { PATH: process.env['PATH'], ...env } });
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  return {
    isOver: () => child.exitCode !== null || child.pid === undefined,
    stop: async () => {
      child.kill('SIGKILL');
      if (child.pid !== undefined) await exited;
    },
  };
}

/** Waits until something is so, as long as the process that it depends on runs. */
export async function until(
  isTrue: () => Promise<boolean>,
  { isOver, what }: { readonly isOver: () => boolean; readonly what: string },
): Promise<void> {
  for (const beganMs = performance.now(); !(await isTrue()); await sleep(50)) {
    if (isOver()) throw new Error(`${what} ended before it answered`);
    if (performance.now() - beganMs > patienceMs) throw new Error(`${what} does not answer`);
  }
}

/** Makes the bucket, and waits until it takes an object: some stores answer long before that. */
async function makeBucket({ endpoint, accessKeyId, secretAccessKey }: Omit<S3Server, 'bucket'>): Promise<void> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const object = { Bucket: bucket, Key: 'first' };
  try {
    for (const beganMs = performance.now(); ; await sleep(500)) {
      try {
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        await client.send(new PutObjectCommand({ ...object, Body: 'bytes' }));
        await client.send(new DeleteObjectCommand(object));
        return;
      } catch (error) {
        if (performance.now() - beganMs > patienceMs) throw error;
      }
    }
  } finally {
    client.destroy();
  }
}
