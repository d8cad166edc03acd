/**
 * Wraps a function so that calls for items with the same key run one after another, in order. Others run side by side.
 */
export function oneAtATime<T, R>(keyOf: (item: T) => string, run: (item: T) => Promise<R>): (item: T) => Promise<R> {
  const last = new Map<string, Promise<unknown>>();
  return async (item) => {
    const key = keyOf(item);
    const previous = last.get(key) ?? Promise.resolve();
    const current = previous.catch(() => undefined).then(() => run(item));
    last.set(key, current);
    try {
      return await current;
    } finally {
      if (last.get(key) === current) last.delete(key);
    }
  };
}
