/**
 * A TCP proxy that delays what passes, as distance does: `node delay-proxy.ts PORT DELAY_MS`. Prints the port on which it
 * listens. A process of its own, so that what it costs is not counted as a mover's.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const [port, delayMs] = process.argv.slice(2).map(Number) as [number, number];

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  // The handshake takes a way there and back before anything is sent.
  forward(client, upstream, performance.now() + 2 * delayMs);
  forward(upstream, client, 0);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

/**
 * Sends on what comes, in order, when its way is over, and at the earliest at `openAt`. Does not limit how much is on
 * its way.
 */
function forward(from: Socket, to: Socket, openAt: number): void {
  const onItsWay: { readonly dueAt: number; readonly arrive: () => void }[] = [];
  const deliver = (): void => {
    for (let next = onItsWay[0]; next; next = onItsWay[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) return void setTimeout(deliver, waitMs);
      onItsWay.shift();
      next.arrive();
    }
  };
  const send = (arrive: () => void): void => {
    onItsWay.push({ dueAt: Math.max(performance.now(), openAt) + delayMs, arrive });
    if (onItsWay.length === 1) setTimeout(deliver, delayMs);
  };
  from.on('data', (chunk) => send(() => void (to.destroyed || to.write(chunk))));
  from.on('end', () => send(() => to.end()));
  from.on('error', () => undefined);
  from.on('close', () => send(() => to.destroySoon()));
}
