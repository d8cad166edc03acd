/** An ant on a thread that copies nothing. */
import type { FromThread, ThreadTask } from '../src/executor/thread-protocol.ts';
import { copiedAll } from './noop-outcomes.ts';

export async function run({ message, port }: ThreadTask<undefined>): Promise<void> {
  const send = (update: FromThread): void => port.postMessage(update);
  send({ type: 'begun' });
  send({ type: 'outcomes', outcomes: copiedAll(message) });
  send({ type: 'end', end: 'finished' });
  port.close();
}
