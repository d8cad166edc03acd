import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Ports below those that systems give to outgoing connections, from 32768 on Linux and 49152 elsewhere: of these, one that
 * is free now may belong to somebody's connection by the time a server starts there.
 */
const range = { from: 10_000, below: 32_000 };

/** A port of the loopback that nothing listened on just now. */
export async function freePort(): Promise<number> {
  const port = randomInt(range.from, range.below);
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
