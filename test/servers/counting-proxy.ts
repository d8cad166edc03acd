import { Agent, createServer, request as requestTo } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that went through, in the order they came. */
export interface CountedRequest {
  readonly method: string;
  /** Decoded path, without the query. */
  readonly path: string;
  /** Absent until the server has answered. */
  status?: number;
}

/** An HTTP proxy that writes down what it passes on, or answers. */
export interface CountingProxy {
  /** Without a final slash. */
  readonly endpoint: string;
  readonly requests: readonly CountedRequest[];
  /** How many connections of clients are open. */
  connections(): Promise<number>;
  /** Calls with each request as it comes, before it is passed on. */
  onRequest(listen: (request: CountedRequest) => void): void;
  /** Answers with this status itself where the rule gives one, as a gateway does whose server is away. */
  answer(rule: (request: CountedRequest) => number | undefined): void;
  /** From now on marks ETags in headers as weak, as a proxy does that compresses. */
  weakenEtags(): void;
  /** Forgets what it has seen. */
  clear(): void;
  stop(): Promise<void>;
}

/** Stands before a server. The Host header goes through as it came: SigV4 signs it. */
export async function startCountingProxy(endpoint: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const requests: CountedRequest[] = [];
  const listeners: ((request: CountedRequest) => void)[] = [];
  let isWeakening = false;
  let statusOf: (request: CountedRequest) => number | undefined = () => undefined;
  const server = createServer((from, to) => {
    const { method = '', url = '' } = from;
    const counted: CountedRequest = { method, path: decodeURIComponent(url.split('?', 1)[0] ?? '') };
    requests.push(counted);
    for (const listen of listeners) listen(counted);
    const status = statusOf(counted);
    if (status !== undefined) {
      from.resume().on('end', () => to.writeHead(status).end());
      return;
    }
    const upstream = requestTo({ agent, hostname, port, method, path: url, headers: from.rawHeaders, setHost: false });
    upstream.on('response', (answer) => {
      counted.status = answer.statusCode ?? 0;
      to.writeHead(counted.status, isWeakening ? weakened(answer.rawHeaders) : answer.rawHeaders);
      answer.pipe(to);
    });
    // Whoever goes away takes the other side along, as on a wire.
    upstream.on('error', () => to.destroy());
    to.on('close', () => {
      if (!to.writableFinished) upstream.destroy();
    });
    from.pipe(upstream);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    onRequest: (listen) => void listeners.push(listen),
    answer: (rule) => void (statusOf = rule),
    weakenEtags: () => void (isWeakening = true),
    clear: () => void requests.splice(0),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** Names and values in turn. */
function weakened(rawHeaders: readonly string[]): string[] {
  return rawHeaders.map((text, at) =>
    rawHeaders[at - 1]?.toLowerCase() === 'etag' && at % 2 === 1 ? `W/${text}` : text,
  );
}
