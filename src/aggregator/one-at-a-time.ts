/** Wraps a function so that calls with the same key run one after another, in order. Different keys run side by side. */
export function oneAtATime<R>(run: (key: string) => Promise<R>): (key: string) => Promise<R> {
  const last = new Map<string, Promise<unknown>>();
  return async (key) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => run(key));
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
