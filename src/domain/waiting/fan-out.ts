/**
 * Works items a few at a time. The first error aborts the others, and is thrown once all have ended.
 *
 * @param work - its signal is aborted when `signal` is, or when a sibling fails
 * @returns results in the order of the items
 */
export async function fanOut<T, R>(
  items: readonly T[],
  work: (item: T, signal: AbortSignal) => Promise<R>,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<readonly R[]> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const results: R[] = [];
  const errors: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (either.aborted) return;
      try {
        results[index] = await work(item, either);
      } catch (error) {
        errors.push(error);
        siblings.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  signal.throwIfAborted();
  return results;
}
