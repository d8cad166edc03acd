import { onAbort } from './on-abort.ts';

/**
 * Waits in somebody's line.
 *
 * @param join - enters the line with what ends the wait, to be called once with what was waited for; returns what leaves the
 *   line again
 * @throws the signal's reason when aborted before or while waiting; the line has been left then
 */
export async function waitInLine<T = void>(
  signal: AbortSignal,
  join: (admit: (given: T) => void) => () => void,
): Promise<T> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const stopWaiting = onAbort(signal, () => {
    leave();
    reject(signal.reason as Error);
  });
  const leave = join((given) => {
    stopWaiting();
    resolve(given);
  });
  return promise;
}
