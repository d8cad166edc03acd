import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A proxy that takes so many connections from one address, as firewalls do, and breaks off those above. */
export interface LimitingProxy {
  readonly url: string;
  /** How many it has broken off. */
  readonly broken: () => number;
  close(): Promise<void>;
}

/** Starts it in front of a server on loopback. */
export async function startLimitingProxy(target: string, most: number): Promise<LimitingProxy> {
  const { hostname, port } = new URL(target);
  const taken = new Set<Socket>();
  let broken = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (taken.size >= most) {
      broken += 1;
      socket.resetAndDestroy();
      return;
    }
    taken.add(socket);
    const upstream = connect(Number(port), hostname);
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => {
      taken.delete(socket);
      upstream.destroy();
    });
    upstream.on('close', () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    broken: () => broken,
    async close() {
      for (const socket of taken) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
