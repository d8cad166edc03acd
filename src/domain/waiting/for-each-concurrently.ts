/** How items are processed. */
export interface ConcurrencyOptions<T> {
  /** Most items in progress at a time. */
  readonly concurrency: number;
  /** Items with the same key are processed one after another, in order. Absent: no item has a key. */
  readonly keyOf?: (item: T) => string | undefined;
}

/**
 * Processes items concurrently. After an error it starts no more items, waits for those in progress, and throws the
 * error.
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { concurrency, keyOf }: ConcurrencyOptions<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const lastOf = new Map<string, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const run = async (item: T, previous: Promise<void> | undefined): Promise<void> => {
    try {
      await previous;
      if (!failure) await work(item);
    } catch (error) {
      failure ??= { error };
    }
  };
  try {
    for await (const item of items) {
      if (failure) break;
      const key = keyOf?.(item);
      const task: Promise<void> = run(item, key === undefined ? undefined : lastOf.get(key)).finally(() => {
        running.delete(task);
        if (key !== undefined && lastOf.get(key) === task) lastOf.delete(key);
      });
      running.add(task);
      if (key !== undefined) lastOf.set(key, task);
      if (running.size >= concurrency) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
}
