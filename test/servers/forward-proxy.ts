import { createServer, request as requestTo } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A request as a proxy sees it. */
export interface ProxiedCall {
  readonly method: string;
  /** The URL of a request that it forwards, or host and port of a tunnel. */
  readonly target: string;
}

/** An HTTP proxy, as a company has it between its machines and the network. */
export interface ForwardProxy {
  /** With its credentials, if it wants some. */
  readonly url: string;
  readonly calls: readonly ProxiedCall[];
  /** From now on answers such requests itself with this status. */
  answer(rule: (call: ProxiedCall) => number | undefined): void;
  stop(): Promise<void>;
}

/** How a proxy is set up. */
export interface ForwardProxyOptions {
  /** Wanted of everybody, else 407. */
  readonly user?: { readonly name: string; readonly password: string };
  /** PEM; with them it speaks TLS itself. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/**
 * Starts a proxy on a free port of the loopback: it forwards requests for `http:` and opens tunnels (RFC 9110 sections
 * 7.6 and 9.3.6).
 */
export async function startForwardProxy({ user, tls }: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const calls: ProxiedCall[] = [];
  const sockets = new Set<Socket>();
  let rule: (call: ProxiedCall) => number | undefined = () => undefined;
  const wanted = user && `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
  const refusal = (from: IncomingMessage): number | undefined => {
    const call = { method: from.method ?? '', target: from.url ?? '' };
    calls.push(call);
    if (wanted !== undefined && from.headers['proxy-authorization'] !== wanted) return 407;
    return rule(call);
  };
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = tls ? createTlsServer({ ...tls }) : createServer();
  server.on('connection', track);
  server.on('request', (from, to) => {
    const status = refusal(from);
    const url = URL.parse(from.url ?? '');
    if (status !== undefined || url?.protocol !== 'http:') {
      from.resume();
      to.writeHead(status ?? 400).end(`refused by the proxy\n`);
      return;
    }
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = from.headers;
    const upstream = requestTo(url, { method: from.method ?? 'GET', headers, setHost: false }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(to);
    });
    upstream.on('error', () => (to.headersSent ? to.destroy() : to.writeHead(502).end()));
    to.on('close', () => {
      if (!to.writableFinished) upstream.destroy();
    });
    from.pipe(upstream);
  });
  server.on('connect', (from: IncomingMessage, near: Socket, head: Buffer) => {
    const status = refusal(from);
    if (status !== undefined) {
      near.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`tunnel://${from.url}`);
    const far = connect({ host: hostname, port: Number(port) }, () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      far.write(head);
      far.pipe(near).pipe(far);
    });
    track(far);
    far.on('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'));
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = user ? `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@` : '';
  return {
    url: `${tls ? 'https' : 'http'}://${credentials}${tls ? 'localhost' : '127.0.0.1'}:${port}`,
    calls,
    answer: (given) => void (rule = given),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
