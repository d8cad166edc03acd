import { Agent, createServer, request as requestTo } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request on its way to the server. */
export interface PassingRequest {
  readonly method: string;
  /** Path with query, as it was sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** The head of an answer: all of it, or what differs. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** How the server behind the proxy appears to differ from what it is. */
export interface Alterations {
  /** Refuses a request in the server's place: nothing reaches it. */
  readonly refuse?: (request: PassingRequest) => { readonly status: number; readonly code: string } | undefined;
  /** Changes the head of the server's answer. A status of 304 has no body. */
  readonly alter?: (answer: AnswerHead, request: PassingRequest) => Partial<AnswerHead> | undefined;
  /** Changes the body of the server's answer. Undefined: it goes through as it comes. */
  readonly rewrite?: (request: PassingRequest) => ((body: string) => string) | undefined;
}

/** An HTTP proxy that makes an S3 server behave like another one. */
export interface AlteringProxy {
  /** Without a final slash. */
  readonly endpoint: string;
  /** What was sent, refused requests included, in order. */
  readonly requests: readonly PassingRequest[];
  stop(): Promise<void>;
}

/** Stands before a server. The Host header goes through as it came: SigV4 signs it. */
export async function startAlteringProxy(
  endpoint: string,
  { refuse, alter, rewrite }: Alterations = {},
): Promise<AlteringProxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const requests: PassingRequest[] = [];
  const server = createServer((from, to) => {
    const passing = passingOf(from);
    requests.push(passing);
    const refused = refuse?.(passing);
    if (refused) {
      const body = `<Error><Code>${refused.code}</Code><Message>refused by the proxy</Message></Error>`;
      from.resume().on('end', () => to.writeHead(refused.status, { 'content-type': 'application/xml' }).end(body));
      return;
    }
    const { method, url } = passing;
    const upstream = requestTo({ agent, hostname, port, method, path: url, headers: from.rawHeaders, setHost: false });
    upstream.on('response', (answer) => {
      const head: AnswerHead = { status: answer.statusCode ?? 0, headers: answer.headers };
      const { status, headers } = { ...head, ...alter?.(head, passing) };
      const change = rewrite?.(passing);
      if (change) {
        void rewriteTo(to, answer, { status, headers }, change);
        return;
      }
      to.writeHead(status, status === 304 ? {} : headers);
      if (status === 304) answer.resume().on('end', () => to.end());
      else answer.pipe(to);
    });
    // Whoever goes away takes the other side along, as on a wire.
    upstream.on('error', () => to.destroy());
    from.pipe(upstream);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

/** Answers with a changed body, whose length is another. */
async function rewriteTo(
  to: ServerResponse,
  answer: IncomingMessage,
  { status, headers: { 'content-length': _, ...headers } }: AnswerHead,
  change: (body: string) => string,
): Promise<void> {
  to.writeHead(status, headers).end(change(await text(answer)));
}

function passingOf({ method = '', url = '', headers }: IncomingMessage): PassingRequest {
  return { method, url, headers };
}
