/** At most one call under way for each key; whoever asks meanwhile gets the same answer. */

/** A group of calls by key. */
export interface SingleFlight {
  run<T>(key: string, call: () => Promise<T>): Promise<T>;
  /** Who asks from now on starts a new call, even while an old one is under way. */
  forget(key: string): void;
}

/** Makes an empty group. */
export function createSingleFlight(): SingleFlight {
  const underWay = new Map<string, Promise<unknown>>();
  return {
    run<T>(key: string, call: () => Promise<T>): Promise<T> {
      const present = underWay.get(key);
      if (present) return present as Promise<T>;
      const started = call().finally(() => {
        if (underWay.get(key) === started) underWay.delete(key);
      });
      underWay.set(key, started);
      return started;
    },
    forget: (key) => void underWay.delete(key),
  };
}
