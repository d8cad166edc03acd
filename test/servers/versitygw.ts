import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../../scripts/tools.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';
import type { S3Server } from './s3-server.ts';

/** Tests that need versitygw are skipped where it is not installed. */
export const hasVersitygw = findTool('versitygw') !== undefined;

/** How versitygw serves. */
export interface VersitygwOptions {
  /** PEM files; with them it speaks TLS. */
  readonly tls?: { readonly keyPath: string; readonly certPath: string };
  /** Where its data lies: the system's temporary folder, if nothing else is said. */
  readonly parent?: string;
  /** The one that requests must be signed for. */
  readonly region?: string;
  /** Refuses every write. */
  readonly readOnly?: boolean;
}

/** A versitygw, and the folder whose files are its bucket's objects. */
export interface Versitygw extends S3Server {
  readonly pid: number;
  readonly folder: string;
}

/** Starts the strict one: it checks signatures, conditions and checksums. On a free port of the loopback. */
export async function startVersitygw(options: VersitygwOptions = {}): Promise<Versitygw> {
  const binary = findTool('versitygw');
  if (binary === undefined) throw new Error('versitygw is not installed: node scripts/setup-tools.ts');
  const root = await mkdtemp(join(options.parent ?? tmpdir(), 'flants-versitygw-'));
  const bucket = 'library';
  const folder = join(root, bucket);
  await mkdir(folder);
  const port = await freePort();
  const [accessKeyId, secretAccessKey] = ['flantstest', 'flantstestsecret'];
  const tls = options.tls ? ['--cert', options.tls.certPath, '--key', options.tls.keyPath] : [];
  const { region = 'us-east-1' } = options;
  const flags = ['--keep-alive', '--quiet', '--region', region, ...(options.readOnly ? ['--readonly'] : []), ...tls];
  const child = spawn(binary, ['--port', `127.0.0.1:${port}`, ...flags, 'posix', root], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(root, { recursive: true, force: true });
  };
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.pid === undefined) {
      await rm(root, { recursive: true, force: true });
      throw new Error(`versitygw ended with ${child.exitCode} before it answered`);
    }
    await sleep(20);
  }
  const endpoint = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    bucket,
    folder,
    pid: child.pid as number,
    stop,
  };
}
