/** Runs a function for one key at a time, in the order of the calls; different keys run side by side. */
export function serialise<R>(run: (key: string) => Promise<R>): (key: string) => Promise<R> {
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
