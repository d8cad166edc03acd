import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../../scripts/tools.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';
import type { FunctionShape } from './lambda-environment.ts';

/** Tests that need AWS's runtime interface emulator are skipped where it is not built. */
export const hasEmulator = findTool('aws-lambda-rie') !== undefined && findTool('aws-lambda-ric') !== undefined;

/** AWS's emulator before AWS's runtime client. It takes one invocation at a time, and calls its function `function`. */
export interface LambdaEmulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts the emulator on free ports of the loopback. */
export async function startEmulator(shape: FunctionShape): Promise<LambdaEmulator> {
  const [emulator, native] = [findTool('aws-lambda-rie'), findTool('aws-lambda-ric')];
  if (emulator === undefined || native === undefined) throw new Error('not installed: node scripts/setup-tools.ts');
  const [port, runtimePort] = [await freePort(), await freePort()];
  const addresses = ['--runtime-interface-emulator-address', `127.0.0.1:${port}`, '--runtime-api-address'];
  const runtime = [process.execPath, join(dirname(native), 'index.mjs'), shape.handler];
  const child = spawn(emulator, [...addresses, `127.0.0.1:${runtimePort}`, ...runtime], {
    cwd: shape.taskRoot,
    stdio: 'ignore',
    // Its process and those that it starts end together.
    detached: true,
    env: {
      PATH: process.env['PATH'],
      LAMBDA_TASK_ROOT: shape.taskRoot,
      _HANDLER: shape.handler,
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      AWS_LAMBDA_FUNCTION_TIMEOUT: String(shape.timeoutMs / 1000),
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(shape.memoryMb),
      ...shape.env,
    },
  });
  const exited = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('the emulator ended before it answered');
    await sleep(20);
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await exited;
    },
  };
}
