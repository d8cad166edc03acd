import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import type { LambdaFunction } from './function.ts';
import { endOf } from './invocation-end.ts';
import { messageFormat } from './message.ts';
import type { HelloAnswer, HelloRequest } from './message.ts';

/** A function that does not start needs up to 10 s to say so, and 2 minutes where it waits for its network. */
const timeoutMs = 3 * minute;
const delays = [second / 2, second, 2 * second, 4 * second] as const;

/**
 * Asks a function who it is, which needs no right but the one that batches need.
 *
 * @param options.patienceMs - the most to wait, in all, between tries; some seconds where absent
 * @throws {FlantsError} `executor.*` if it cannot be run, or is not ours; `executor.unreachable` if it still cannot after
 *   some tries
 */
export async function greet(
  lambda: LambdaFunction,
  { signal, patienceMs = Infinity }: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<HelloAnswer> {
  const request: HelloRequest = { format: messageFormat, type: 'hello' };
  const beganAt = performance.now();
  let leftMs = patienceMs;
  for (let tries = 0; ; tries++) {
    const end = endOf(await lambda.invoke(JSON.stringify(request), { signal, timeoutMs }), lambda.name);
    switch (end.kind) {
      case 'answered':
        if (end.answer.type === 'hello') return end.answer;
        throw new FlantsError('executor.unusable', `${lambda.name} answers a greeting with a batch`);
      case 'unusable':
        throw new FlantsError(end.failure.code, end.failure.message);
      case 'too-large':
        throw new FlantsError('executor.unusable', `${lambda.name} takes no requests`);
      case 'died':
        // A greeting does nothing: where its answer was lost on the way, it is sent again.
        if (end.death === 'connection-lost') break;
        throw new FlantsError(
          'executor.unusable',
          `${end.message} before it was given any file: give it the memory and time-out that flants lambda bundle prints`,
        );
      default:
    }
    const delayMs = performance.now() - beganAt < timeoutMs ? delays[tries] : undefined;
    if (delayMs === undefined || delayMs > leftMs) throw new FlantsError('executor.unreachable', end.message);
    leftMs -= delayMs;
    await sleep(delayMs, undefined, { signal });
  }
}
