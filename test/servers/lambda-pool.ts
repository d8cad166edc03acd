import { readFileSync } from 'node:fs';
import { startEnvironment } from './lambda-environment.ts';
import type { EnvironmentEnd, FunctionShape, LambdaEnvironment } from './lambda-environment.ts';
import type { Backend, BackendAnswer } from './lambda-front.ts';

/** Runtime processes, how many, and what happens to them. */
export interface PoolOptions extends FunctionShape {
  /** Environments at the most. */
  readonly environments: number;
  /** Stops the process between invocations, as the service freezes an environment. */
  readonly freezes?: boolean;
  /** Ends the process this long after an invocation began, where the rule says so. */
  readonly killAfterMs?: (payload: Buffer) => number | undefined;
  /** Stops the process this long after an invocation began, so that it takes longer than it may. */
  readonly stallAfterMs?: (payload: Buffer) => number | undefined;
  /** Ends a process that takes more memory than the function has. */
  readonly limitsMemory?: boolean;
}

/** A backend of runtime processes. */
export interface Pool extends Backend {
  /** Processes that were started so far. */
  started(): number;
}

/** Opens a pool of runtime processes: one for each invocation in flight, kept for the next. */
export function openPool(options: PoolOptions): Pool {
  const idle: LambdaEnvironment[] = [];
  const all = new Set<LambdaEnvironment>();
  let [started, starting] = [0, 0];

  const take = async (): Promise<LambdaEnvironment | undefined> => {
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      if (!kept.hasEnded()) {
        kept.kill('SIGCONT');
        return kept;
      }
      all.delete(kept);
      await kept.stop();
    }
    if (all.size + starting >= options.environments) return undefined;
    starting += 1;
    started += 1;
    const environment = await startEnvironment(options).finally(() => (starting -= 1));
    all.add(environment);
    return environment;
  };
  const giveBack = (environment: LambdaEnvironment): void => {
    idle.push(environment);
    // The runtime asks for the next invocation before the environment is frozen.
    if (options.freezes) setTimeout(() => idle.includes(environment) && environment.kill('SIGSTOP'), 5);
  };

  return {
    started: () => started,
    async invoke(payload, requestId) {
      const environment = await take();
      if (!environment) return undefined;
      const startedAt = performance.now();
      const timers = [
        signalAfter(environment, 'SIGKILL', options.killAfterMs?.(payload)),
        signalAfter(environment, 'SIGSTOP', options.stallAfterMs?.(payload)),
      ];
      const watch = options.limitsMemory ? watchMemory(environment, options.memoryMb) : undefined;
      const end = await environment.invoke(payload, requestId);
      timers.forEach(clearTimeout);
      clearInterval(watch);
      const isAlive = end.kind === 'response' || end.kind === 'error';
      if (isAlive) giveBack(environment);
      else {
        all.delete(environment);
        await environment.stop();
      }
      const measured = { durationMs: performance.now() - startedAt, memoryMb: options.memoryMb };
      return { ...answerOf(end, requestId, options.timeoutMs), log: environment.takeLog(), ...measured };
    },
    async stop() {
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}

/** How the service tells the ends of an invocation. */
function answerOf(end: EnvironmentEnd, requestId: string, timeoutMs: number): BackendAnswer {
  const failed = (errorType: string, what: string): BackendAnswer => ({
    status: 200,
    functionError: 'Unhandled',
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${what}` })),
  });
  switch (end.kind) {
    case 'response':
      return { status: 200, payload: end.body };
    case 'error':
      return { status: 200, payload: end.body, functionError: 'Unhandled' };
    case 'timed-out':
      return failed('Sandbox.Timedout', `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
    case 'exited':
      return failed('Runtime.ExitError', `Runtime exited with error: ${end.how}`);
  }
}

function signalAfter(
  { kill }: LambdaEnvironment,
  signal: NodeJS.Signals,
  delayMs: number | undefined,
): NodeJS.Timeout | undefined {
  return delayMs === undefined ? undefined : setTimeout(() => kill(signal), delayMs);
}

function watchMemory({ pid, kill }: LambdaEnvironment, memoryMb: number): NodeJS.Timeout {
  return setInterval(() => {
    if (residentMb(pid) > memoryMb) kill('SIGKILL');
  }, 20);
}

/** 0 where it cannot be known. */
function residentMb(pid: number): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4_096) / 2 ** 20;
  } catch {
    return 0;
  }
}
