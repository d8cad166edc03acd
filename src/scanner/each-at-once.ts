/** How items are worked. */
export interface AtOnce<T> {
  /** So many at a time. */
  readonly width: number;
  /** Items with the same key are worked one after the other, in their order; absent: none has one. */
  readonly keyOf?: (item: T) => string | undefined;
}

/** Works items side by side. After the first error nothing more is begun, what was begun ends, and the error is thrown. */
export async function eachAtOnce<T>(
  items: AsyncIterable<T>,
  { width, keyOf }: AtOnce<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const lastOf = new Map<string, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const run = async (item: T, before: Promise<void> | undefined): Promise<void> => {
    try {
      await before;
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
      if (running.size >= width) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
}
