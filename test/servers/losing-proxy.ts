import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A proxy of TCP to a server on a socket of this machine, which can lose answers. */
export interface LosingProxy {
  readonly port: number;
  /** Fulfilled once a client has sent these bytes; what the server answers from then on reaches nobody. */
  mute(from: string): Promise<void>;
  /** Breaks all connections; those made from now on are heard again. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param path - of the server's socket */
export async function startLosingProxy(path: string): Promise<LosingProxy> {
  const sockets = new Set<Socket>();
  let awaited: { readonly bytes: string; readonly seen: () => void } | undefined;
  let isMute = false;
  const server = createServer((client) => {
    const upstream = connect(path);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on('data', (chunk) => {
      if (awaited && chunk.includes(awaited.bytes)) {
        isMute = true;
        awaited.seen();
        awaited = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isMute) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    isMute = false;
  };
  return {
    port: (server.address() as AddressInfo).port,
    mute: (bytes) => new Promise((seen) => (awaited = { bytes, seen })),
    cut,
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
