import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { findTool } from '../../scripts/tools.ts';
import { freePort } from './free-port.ts';

/** Tests that need Redis are skipped where it is not installed (`apt-get install redis-server`). */
export const hasRedis = findTool('redis') !== undefined;

/** How Redis serves. */
export interface RedisServerOptions {
  /** Keeps what it acknowledged in a file, synced each second; a `restart` finds it again. Off: memory only. */
  readonly appendonly?: boolean;
  /** Listens on a free port of the loopback, as production does; absent: on a socket in its folder. */
  readonly tcp?: {
    readonly password?: string;
    /** PEM files; with them it speaks TLS only, and asks for no certificate of the client. */
    readonly tls?: { readonly keyPath: string; readonly certPath: string };
  };
  /** Further arguments, after all others. */
  readonly args?: readonly string[];
}

/** A Redis of one's own, empty at first. */
export interface RedisServer {
  /** As `connectRedis` takes it, with the password. */
  readonly url: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** With its files and its socket. */
  readonly folder: string;
  /** Ends it and deletes its folder. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would; its files stay. */
  kill(): Promise<void>;
  /** Starts it again at the same address with the files it had, after `kill` or in place of it. */
  restart(): Promise<void>;
  /** The same, so slowly that it loads each key for so long, after the base of its file was written. Resolves while it loads. */
  restartSlowly(keyMs: number): Promise<void>;
}

/** Starts a Redis that loses nothing for lack of memory. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const binary = findTool('redis');
  if (binary === undefined) throw new Error('redis-server is not installed: node scripts/setup-tools.ts');
  const folder = await mkdtemp(join(tmpdir(), 'flants-redis-'));
  const { url, flags, ping } = await addressOf(folder, options);
  const files = ['--dir', folder, '--logfile', join(folder, 'redis.log'), '--save', ''];
  const log = options.appendonly ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no'];
  const args = [...flags, ...files, ...log, '--maxmemory-policy', 'noeviction', ...(options.args ?? [])];

  const start = async (further: readonly string[] = [], answers = serving): Promise<ChildProcess> => {
    const started = spawn(binary, [...args, ...further], { stdio: 'ignore' });
    while (!(await ping(answers))) {
      if (started.exitCode !== null || started.pid === undefined) {
        const said = await readFile(join(folder, 'redis.log'), 'utf8').catch(() => 'nothing');
        throw new Error(`Redis did not start, it said: ${said}`);
      }
      await sleep(10);
    }
    return started;
  };
  let child = await start().catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url,
    get pid() {
      return child.pid as number;
    },
    folder,
    kill,
    restart: async () => {
      await kill();
      child = await start();
    },
    restartSlowly: async (keyMs) => {
      await kill();
      // It answers in between only after so many bytes.
      const slowly = ['--key-load-delay', String(keyMs * 1_000), '--loading-process-events-interval-bytes', '1024'];
      child = await start(slowly, loading);
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Address {
  readonly url: string;
  readonly flags: readonly string[];
  ping(answers: RegExp): Promise<boolean>;
}

async function addressOf(folder: string, { tcp }: RedisServerOptions): Promise<Address> {
  if (!tcp) {
    const path = join(folder, 'redis.sock');
    const flags = ['--port', '0', '--unixsocket', path, '--unixsocketperm', '700'];
    return { url: `unix://${path}`, flags, ping: (answers) => pings(answers, () => connect(path)) };
  }
  const port = await freePort();
  const { password, tls } = tcp;
  const at = { host: '127.0.0.1', port };
  const protection = password === undefined ? [] : ['--requirepass', password];
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const url = `${tls ? 'rediss' : 'redis'}://${credentials}${at.host}:${port}`;
  if (!tls) {
    const flags = ['--port', String(port), '--bind', at.host, ...protection];
    return { url, flags, ping: (answers) => pings(answers, () => connect(at)) };
  }
  const certificates = ['--tls-cert-file', tls.certPath, '--tls-key-file', tls.keyPath, '--tls-auth-clients', 'no'];
  const flags = ['--port', '0', '--tls-port', String(port), '--bind', at.host, ...certificates, ...protection];
  return { url, flags, ping: (answers) => pings(answers, () => connectTls({ ...at, rejectUnauthorized: false })) };
}

/** Of one that serves: one that wants a password says `-NOAUTH`. */
const serving = /^(\+PONG|-NOAUTH)/;
/** Of one that still loads its files. */
const loading = /^-LOADING/;

function pings(answers: RegExp, open: () => ReturnType<typeof connect>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = open();
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('error', () => end(false)).once('close', () => end(false));
    socket.once('data', (said) => end(answers.test(said.toString('latin1'))));
    socket.write('PING\r\n');
  });
}
