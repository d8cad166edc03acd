import type { Executor } from '../../executor/executor.ts';

/**
 * An executor that is opened for its first batch, and never where there is none.
 *
 * @param sizes - as those of the executor
 */
export function openLate(open: () => Executor, sizes: Pick<Executor, 'concurrency' | 'lanes'>): Executor {
  let opened: Executor | undefined;
  return {
    ...sizes,
    run(message, options) {
      opened ??= open();
      return opened.run(message, options);
    },
    close: async () => opened?.close(),
  };
}
