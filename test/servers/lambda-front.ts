import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, listen } from './lambda-environment.ts';

/** What runs the invocations behind the front: runtime processes, the emulator, or a function of a test. */
export interface Backend {
  /** Undefined where it has no room now. */
  invoke(payload: Buffer, requestId: string): Promise<BackendAnswer | undefined>;
  stop(): Promise<void>;
}

/** An answer of the service. */
export interface BackendAnswer {
  readonly status: number;
  readonly payload: Buffer;
  /** `Unhandled` where the function failed. */
  readonly functionError?: string;
  readonly log?: string;
  readonly durationMs?: number;
  readonly memoryMb?: number;
}

/**
 * What happens to an invocation on purpose.
 *
 * - `throttle`, `trouble`: it is not run
 * - `lose`: it is run, and its answer is lost with the connection
 * - `cut`: it is run, and half of its answer comes, as if that were all
 * - `refuse`: answered with this error
 */
export type FrontFault =
  | { readonly kind: 'lose' | 'cut' | 'trouble' }
  | { readonly kind: 'throttle'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly status: number; readonly error: string; readonly message: string };

/** An invocation as it came. */
export interface Invoked {
  /** Counts all invocations from 1. */
  readonly number: number;
  readonly event: {
    readonly type?: string;
    readonly batch?: {
      readonly video: string;
      readonly id: string;
      readonly files: readonly { readonly key: string }[];
    };
  };
}

/** How a front serves. */
export interface FrontOptions {
  readonly backend: Backend;
  readonly functionName?: string;
  /** Invocations at a time; more are throttled. */
  readonly concurrency?: number;
  readonly fault?: (invoked: Invoked) => FrontFault | undefined;
}

/** A server that speaks Invoke and GetAccountSettings as the service documents them. */
export interface LambdaFront {
  readonly endpoint: string;
  /** Invocations that came, were run, and were throttled. */
  readonly counts: { invoked: number; run: number; throttled: number; faults: number };
  /** Most at a time. */
  mostInFlight(): number;
  inFlight(): number;
  stop(): Promise<void>;
}

const maxRequestBytes = 6_291_456;
const apiPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Starts a front.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startLambdaFront(options: FrontOptions): Promise<LambdaFront> {
  const { backend, functionName = 'function', concurrency = 1_000, fault = () => undefined } = options;
  const counts = { invoked: 0, run: 0, throttled: 0, faults: 0 };
  let [inFlight, most] = [0, 0];
  const throttle = (to: ServerResponse, reason: string): void => {
    counts.throttled += 1;
    refuse(to, 429, 'TooManyRequestsException', { Reason: reason, Type: 'User', message: 'Rate Exceeded.' });
  };

  const run = async (from: IncomingMessage, to: ServerResponse, payload: Buffer): Promise<void> => {
    counts.invoked += 1;
    const event = JSON.parse(payload.toString()) as Invoked['event'];
    const wrong = fault({ number: counts.invoked, event });
    if (wrong) counts.faults += 1;
    if (wrong?.kind === 'throttle') return throttle(to, wrong.reason);
    if (wrong?.kind === 'trouble') return refuse(to, 500, 'ServiceException', { message: 'An error occurred.' });
    if (wrong?.kind === 'refuse') return refuse(to, wrong.status, wrong.error, { message: wrong.message });
    if (inFlight >= concurrency) return throttle(to, 'ReservedFunctionConcurrentInvocationLimitExceeded');
    inFlight += 1;
    most = Math.max(most, inFlight);
    const requestId = randomUUID();
    const startedAt = performance.now();
    const answer = await backend.invoke(payload, requestId).finally(() => (inFlight -= 1));
    if (!answer) return throttle(to, 'ConcurrentInvocationLimitExceeded');
    counts.run += 1;
    if (wrong?.kind === 'lose') {
      to.destroy();
      return;
    }
    const elapsedMs = Math.ceil(answer.durationMs ?? performance.now() - startedAt);
    const report = `REPORT RequestId: ${requestId}\tDuration: ${elapsedMs}.00 ms\tBilled Duration: ${elapsedMs} ms\tMemory Size: ${answer.memoryMb ?? 1_769} MB\tMax Memory Used: 90 MB\t\n`;
    const log = from.headers['x-amz-log-type'] === 'Tail' ? `${answer.log ?? ''}${report}`.slice(-4_096) : undefined;
    const body = wrong?.kind === 'cut' ? answer.payload.subarray(0, answer.payload.length / 2) : answer.payload;
    to.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': body.byteLength,
      'x-amzn-requestid': requestId,
      'x-amz-executed-version': '$LATEST',
      ...(answer.functionError === undefined ? {} : { 'x-amz-function-error': answer.functionError }),
      ...(log === undefined ? {} : { 'x-amz-log-result': Buffer.from(log).toString('base64') }),
    });
    to.end(body);
  };

  const server = createServer((from, to) => {
    void (async () => {
      const path = (from.url ?? '').split('?', 1)[0] ?? '';
      const payload = await bodyOf(from);
      if (from.headers.authorization === undefined)
        return refuse(to, 403, 'MissingAuthenticationTokenException', { message: 'Missing Authentication Token' });
      if (path === '/2016-08-19/account-settings') {
        const limit = { ConcurrentExecutions: concurrency, UnreservedConcurrentExecutions: concurrency };
        return void to.end(JSON.stringify({ AccountLimit: limit, AccountUsage: { FunctionCount: 1 } }));
      }
      const [, name] = apiPath.exec(path) ?? [];
      if (name === undefined || decodeURIComponent(name) !== functionName) {
        const message = `Function not found: arn:aws:lambda:us-east-1:123456789012:function:${name}`;
        return refuse(to, 404, 'ResourceNotFoundException', { Type: 'User', message });
      }
      if (payload.byteLength > maxRequestBytes)
        return refuse(to, 413, 'RequestTooLargeException', { message: 'Request must be smaller than 6291456 bytes' });
      return run(from, to, payload);
    })().catch(() => to.destroy());
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    counts,
    mostInFlight: () => most,
    inFlight: () => inFlight,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await backend.stop();
    },
  };
}

function refuse(to: ServerResponse, status: number, error: string, body: Readonly<Record<string, string>>): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': error, 'content-length': text.length };
  to.writeHead(status, headers).end(text);
}
