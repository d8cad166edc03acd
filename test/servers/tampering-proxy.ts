import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A proxy of TCP that exchanges some bytes for others on their way to the server. */
export interface TamperingProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @param change - from what the client sent to what the server gets, of the same length */
export async function startTamperingProxy(
  endpoint: string,
  change: { readonly from: string; readonly to: string },
): Promise<TamperingProxy> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => upstream.write(chunk.toString('latin1').replace(change.from, change.to), 'latin1'));
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
