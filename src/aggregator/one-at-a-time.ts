/**
 * Wraps a function so that calls with the same key run one after another, in order. Different keys run side by side.
 */
export function oneAtATime<R>(run: (key: string) => Promise<R>): (key: string) => Promise<R> {
  const last = new Map<string, Promise<unknown>>();
  return async (key) => {
    const previous = last.get(key) ?? Promise.resolve();
    const current = previous.catch(() => undefined).then(() => run(key));
    last.set(key, current);
    try {
      return await current;
    } finally {
      if (last.get(key) === current) last.delete(key);
    }
  };
}
