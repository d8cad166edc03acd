import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../../scripts/tools.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';

/** Tests that need nginx are skipped where it is not installed (`apt-get install nginx-light`). */
export const hasNginx = findTool('nginx') !== undefined;

/** A running nginx. */
export interface Nginx {
  /** Without a final slash. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How nginx serves. */
export interface NginxOptions {
  /** PEM files; with them it speaks TLS. */
  readonly tls?: { readonly keyPath: string; readonly certPath: string };
  readonly workers?: number;
  /** Directives of a location for everything, in place of the folder. */
  readonly location?: string;
  /** Directives before the server, such as a `map`. */
  readonly http?: string;
}

/** Serves a folder on a free port of the loopback, with nginx as a process of its own. */
export async function startNginx(folder: string, options: NginxOptions = {}): Promise<Nginx> {
  const binary = findTool('nginx');
  if (binary === undefined) throw new Error('nginx is not installed: node scripts/setup-tools.ts');
  const state = await mkdtemp(join(tmpdir(), 'flants-nginx-'));
  const port = await freePort();
  const configPath = join(state, 'nginx.conf');
  await writeFile(configPath, configOf(resolve(folder), state, port, options));
  const child = spawn(binary, ['-c', configPath, '-p', state], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
    await rm(state, { recursive: true, force: true });
  };
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.pid === undefined) {
      const log = await readFile(join(state, 'error.log'), 'utf8').catch(() => 'no log');
      await rm(state, { recursive: true, force: true });
      throw new Error(`nginx did not start: ${log}`);
    }
    await sleep(20);
  }
  return { url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`, pid: child.pid as number, stop };
}

function configOf(
  folder: string,
  state: string,
  port: number,
  { tls, workers = 1, location, http = '' }: NginxOptions,
): string {
  const listen = tls
    ? `listen 127.0.0.1:${port} ssl; ssl_certificate ${tls.certPath}; ssl_certificate_key ${tls.keyPath};`
    : `listen 127.0.0.1:${port};`;
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${state}/${name};`,
  );
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes ${workers};
pid ${state}/nginx.pid;
error_log ${state}/error.log;
events { worker_connections 1024; }
http {
  ${scratch.join('\n  ')}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
  default_type application/octet-stream;
  ${http}
  server { ${listen} ${location === undefined ? `root ${folder};` : `location / { ${location} }`} }
}
`;
}
