/** A place where something waits until the test lets it go on. */
export interface Gate {
  /** Fulfilled once somebody stands before it. */
  readonly reached: Promise<void>;
  isReached(): boolean;
  /** Waits here until it is open. */
  pass(): Promise<void>;
  /** Lets everybody through, now and later. */
  open(): void;
}

/** A closed gate. */
export function createGate(): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let hasBeenReached = false;
  return {
    reached: reached.promise,
    isReached: () => hasBeenReached,
    pass: () => {
      hasBeenReached = true;
      reached.resolve();
      return opened.promise;
    },
    open: () => opened.resolve(),
  };
}

/** The same object with some of its methods exchanged. Those of a class stay bound to it. */
export function exchange<T extends object>(real: T, changes: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return Reflect.get(changes, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
