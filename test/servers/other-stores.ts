import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { findTool } from '../../scripts/tools.ts';
import type { ToolName } from '../../scripts/tools.ts';
import type { StoreCapabilities } from '../../src/storage/object-store.ts';
import { allCapabilities } from '../contract/object-store-bench.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';
import type { S3Server } from './s3-server.ts';

/** How a store is started: in a folder of its own, on a port of the loopback. */
interface Launch {
  readonly folder: string;
  readonly port: number;
}

/** An S3 server that others wrote, and what it is known to guard and keep. */
export interface OtherStore {
  readonly name: string;
  readonly version: string;
  readonly tool: ToolName;
  readonly capabilities: StoreCapabilities;
  /** Whether it fails tests of the contract by faults of its own: then those are for `npm run stores`. */
  readonly hasFaults?: true;
  /** Also in `npm test`, where it is installed. The others are for `npm run stores`. */
  readonly isUsual: boolean;
  readonly start: () => Promise<S3Server>;
}

const region = 'us-east-1';
const bucket = 'library';
const [accessKeyId, secretAccessKey] = ['flantstest', 'flantstestsecret'];

/** The stores beside those that all tests use (versitygw, fauxqs). */
export const otherStores: readonly OtherStore[] = [
  {
    name: 'rclone serve s3',
    version: '1.76.0',
    tool: 'rclone',
    isUsual: true,
    capabilities: { ...allCapabilities, emptySegments: false },
    start: () => startProgram('rclone', ({ folder, port }) => ['serve', 's3', folder, '--addr', `127.0.0.1:${port}`, '--auth-key', `${accessKeyId},${secretAccessKey}`]), // prettier-ignore
  },
  {
    name: 's3s-fs',
    version: '0.14.1',
    tool: 's3s-fs',
    hasFaults: true,
    isUsual: true,
    capabilities: { ...allCapabilities, checksums: 'none', emptySegments: false },
    start: () => startProgram('s3s-fs', ({ folder, port }) => ['--host', '127.0.0.1', '--port', String(port), '--access-key', accessKeyId, '--secret-key', secretAccessKey, folder]), // prettier-ignore
  },
  {
    name: 'moto',
    version: '5.2.5',
    tool: 'moto',
    isUsual: true,
    capabilities: { ...allCapabilities, checksums: 'none' },
    start: () => startProgram('moto', ({ port }) => ['-H', '127.0.0.1', '-p', String(port)]),
  },
  {
    name: 'gofakes3',
    version: '1.2.0',
    tool: 'gofakes3',
    isUsual: false,
    capabilities: { ...allCapabilities, checksums: 'md5', cacheControl: false },
    start: () => startProgram('gofakes3', ({ port }) => ['-backend', 'memory', '-host', `127.0.0.1:${port}`]),
  },
  {
    name: 's3rver',
    version: '3.7.1',
    tool: 's3rver',
    isUsual: false,
    capabilities: {
      ...allCapabilities,
      createOnly: false,
      replaceOnly: false,
      checksums: 'none',
      emptySegments: false,
    },
    start: () =>
      startProgram('s3rver', ({ folder, port }) => [
        '-d',
        folder,
        '-a',
        '127.0.0.1',
        '-p',
        String(port),
        '--configure-bucket',
        bucket,
      ]),
  },
];

/** Whether `npm run stores` runs the tests. */
export const isThorough = process.env['FLANTS_TEST_STORES'] === 'all';

/** Those to be tested now. */
export const testedStores: readonly OtherStore[] = otherStores.filter(({ isUsual }) => isUsual || isThorough);

/** Whether a store is installed. */
export function hasStore({ tool }: OtherStore): boolean {
  return findTool(tool) !== undefined;
}

/** Starts one program that is a store, with one empty bucket. */
async function startProgram(tool: ToolName, args: (launch: Launch) => readonly string[]): Promise<S3Server> {
  const binary = findTool(tool);
  if (binary === undefined) throw new Error(`${tool} is not installed: npm run stores`);
  const folder = await mkdtemp(join(tmpdir(), 'flants-store-'));
  // In some of them, a folder is a bucket.
  await mkdir(join(folder, bucket));
  const port = await freePort();
  // s3rver knows one pair of keys only; the others take any, or those of their command line.
  const keys = tool === 's3rver' ? ['S3RVER', 'S3RVER'] : [accessKeyId, secretAccessKey];
  const child = spawn(binary, args({ folder, port }), { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${tool} ended before it answered`);
    await sleep(50);
  }
  const endpoint = `http://127.0.0.1:${port}`;
  const server = { endpoint, region, accessKeyId: keys[0] ?? '', secretAccessKey: keys[1] ?? '', stop };
  return tool === 'moto' || tool === 'gofakes3' ? withBucket(server) : { ...server, bucket };
}

async function withBucket(server: Omit<S3Server, 'bucket'>): Promise<S3Server> {
  const { endpoint, accessKeyId: id, secretAccessKey: secret } = server;
  const credentials = { accessKeyId: id, secretAccessKey: secret };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { ...server, bucket };
}
