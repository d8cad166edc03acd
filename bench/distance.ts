import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server, seen from afar. */
export interface Distance {
  /** Where it is reached over the distance. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Puts a round trip between a server of this machine and whoever uses the URL that comes of it. */
export async function startDistance(url: string, roundTripMs: number): Promise<Distance> {
  const { port } = new URL(url);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'delay-proxy.ts'), port, String(roundTripMs / 2)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const far = new URL(url);
  far.port = line;
  return {
    url: far.origin,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
