/** A process with a front whose function copies nothing: it answers at once, or when it is told. */
import type { BatchRequest, FunctionAnswer } from '../src/executor/lambda/message.ts';
import { startLambdaFront } from '../test/servers/lambda-front.ts';
import { copiedAll } from './noop-outcomes.ts';

let held: (() => void)[] | undefined;

const front = await startLambdaFront({
  concurrency: 1_000,
  backend: {
    async invoke(payload) {
      const request = JSON.parse(payload.toString()) as BatchRequest<unknown> | { readonly type: 'hello' };
      if (request.type === 'batch' && held) await new Promise<void>((resolve) => held?.push(resolve));
      return { status: 200, payload: Buffer.from(JSON.stringify(answerTo(request))) };
    },
    stop: async () => {},
  },
});

function answerTo(request: BatchRequest<unknown> | { readonly type: 'hello' }): FunctionAnswer {
  if (request.type === 'hello') {
    return { format: 1, type: 'hello', version: '0', memoryMb: 1_769, timeoutMs: 900_000, architecture: 'x64' };
  }
  return { format: 1, type: 'batch', end: 'finished', outcomes: copiedAll(request.batch), isRecorded: false };
}

process.on('message', (message) => {
  if (message === 'hold') held = [];
  if (message === 'release') {
    for (const answer of held ?? []) answer();
    held = undefined;
  }
  process.send?.({ inFlight: front.inFlight() });
});
process.on('disconnect', () => process.exit());
process.send?.({ endpoint: front.endpoint });
