import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { findTool } from '../../scripts/tools.ts';

/** What a function is, and what it may take. */
export interface FunctionShape {
  /** Folder of its code. */
  readonly taskRoot: string;
  /** As `module.export`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
}

/** How an invocation ended in its environment. */
export type EnvironmentEnd =
  | { readonly kind: 'response' | 'error'; readonly body: Buffer }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'exited'; readonly how: string };

/** A runtime process: it has one invocation at a time. */
export interface LambdaEnvironment {
  readonly pid: number;
  hasEnded(): boolean;
  invoke(payload: Buffer, requestId: string): Promise<EnvironmentEnd>;
  /** What it has written since the last call, the last 4 KB. */
  takeLog(): string;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** AWS's own runtime client, built by setup-tools. */
export const hasRuntime = findTool('aws-lambda-ric') !== undefined;

/** Most bytes of an answer, as the service has it. */
const maxAnswerBytes = 6_291_556;
const logBytes = 4_096;
/** The runtime lies beside its native part, which is built last. */
const runtimeFile = 'index.mjs';
const runtimePath = '/2018-06-01/runtime';

/** Starts a process of AWS's runtime client, with a Runtime API of its own. */
export async function startEnvironment(shape: FunctionShape): Promise<LambdaEnvironment> {
  const native = findTool('aws-lambda-ric');
  if (native === undefined) throw new Error('aws-lambda-ric is not installed: node scripts/setup-tools.ts');
  let waiting: ServerResponse | undefined;
  let current:
    | { payload: Buffer; requestId: string; begin: () => void; end: (end: EnvironmentEnd) => void }
    | undefined;
  let [isGiven, log] = [false, ''];
  const give = (): void => {
    if (!waiting || !current || isGiven) return;
    isGiven = true;
    current.begin();
    const headers = {
      'content-type': 'application/json',
      'content-length': current.payload.byteLength,
      'lambda-runtime-aws-request-id': current.requestId,
      'lambda-runtime-deadline-ms': Date.now() + shape.timeoutMs,
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:function',
    };
    waiting.writeHead(200, headers).end(current.payload);
    waiting = undefined;
  };
  const server = createServer((from, to) => {
    void (async () => {
      const path = from.url ?? '';
      if (path === `${runtimePath}/invocation/next`) {
        waiting = to;
        return give();
      }
      const body = await bodyOf(from);
      const isTooLarge = path.endsWith('/response') && body.byteLength > maxAnswerBytes;
      const text = isTooLarge
        ? `{"errorType":"RequestEntityTooLarge","errorMessage":"Exceeded maximum allowed payload size (${maxAnswerBytes} bytes)."}`
        : '{"status":"OK"}';
      to.writeHead(isTooLarge ? 413 : 202, { 'content-type': 'application/json', 'content-length': text.length });
      to.end(text);
      if (isTooLarge) return current?.end({ kind: 'error', body: Buffer.from(tooLarge) });
      return current?.end({ kind: path.endsWith('/response') ? 'response' : 'error', body });
    })();
  });
  const port = await listen(server);
  const child = spawn(process.execPath, [join(dirname(native), runtimeFile), shape.handler], {
    cwd: shape.taskRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: shape.taskRoot,
      _HANDLER: shape.handler,
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(shape.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/function',
      AWS_LAMBDA_LOG_STREAM_NAME: `2026/11/29/[$LATEST]${port.toString(16).padStart(32, '0')}`,
      ...shape.env,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-logBytes)));
  }
  let ended: string | undefined;
  const exited = once(child, 'exit');
  child.once('exit', (code, signal) => {
    ended = signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`;
    current?.end({ kind: 'exited', how: ended });
  });
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  return {
    pid: child.pid ?? 0,
    hasEnded: () => ended !== undefined,
    async invoke(payload, requestId) {
      isGiven = false;
      const end = await new Promise<EnvironmentEnd>((resolve) => {
        // The start of an environment is not counted.
        let timer: NodeJS.Timeout | undefined;
        current = {
          payload,
          requestId,
          begin: () => (timer = setTimeout(() => resolve({ kind: 'timed-out' }), shape.timeoutMs)),
          end: (how) => {
            clearTimeout(timer);
            resolve(how);
          },
        };
        if (ended === undefined) give();
        else current.end({ kind: 'exited', how: ended });
      });
      current = undefined;
      // The service ends the process of an invocation that takes too long.
      if (end.kind === 'timed-out') kill('SIGKILL');
      return end;
    },
    takeLog: () => {
      const taken = log;
      log = '';
      return taken;
    },
    kill,
    async stop() {
      kill('SIGKILL');
      await exited;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const tooLarge = JSON.stringify({
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`,
});

/** Reads a request to its end. */
export async function bodyOf(from: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Listens on a free port of the loopback. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
