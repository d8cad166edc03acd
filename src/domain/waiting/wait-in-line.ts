import { onAbort } from './on-abort.ts';

/**
 * Waits in somebody's line.
 *
 * @param join - enters the line with what ends the wait, to be called once; returns what leaves the line again
 * @throws the signal's reason when aborted before or while waiting; the line has been left then
 */
export async function waitInLine(signal: AbortSignal, join: (admit: () => void) => () => void): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stopWaiting = onAbort(signal, () => {
    leave();
    reject(signal.reason as Error);
  });
  const leave = join(() => {
    stopWaiting();
    resolve();
  });
  return promise;
}
