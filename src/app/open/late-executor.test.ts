import { expect, it } from 'vitest';
import type { BatchMessage } from '../../domain/batch.ts';
import type { Executor, RunOptions } from '../../executor/executor.ts';
import { openLate } from './late-executor.ts';

const sizes = { concurrency: 4, lanes: 2 };
const [message, options] = [{} as BatchMessage, {} as RunOptions];

function counted(): { readonly open: () => Executor; readonly seen: Record<'opened' | 'ran' | 'closed', number> } {
  const seen = { opened: 0, ran: 0, closed: 0 };
  return {
    seen,
    open() {
      seen.opened += 1;
      return {
        ...sizes,
        run: async () => {
          seen.ran += 1;
          return 'finished';
        },
        close: async () => void (seen.closed += 1),
      };
    },
  };
}

it('opens nothing where there is no batch', async () => {
  const { open, seen } = counted();
  const executor = openLate(open, sizes);
  expect(executor).toMatchObject(sizes);
  await executor.close();
  expect(seen).toEqual({ opened: 0, ran: 0, closed: 0 });
});

it('opens once, for the first of all batches', async () => {
  const { open, seen } = counted();
  const executor = openLate(open, sizes);
  await Promise.all([executor.run(message, options), executor.run(message, options)]);
  await executor.close();
  expect(seen).toEqual({ opened: 1, ran: 2, closed: 1 });
});
