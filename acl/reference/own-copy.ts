/** Pure. A process's own last value, for the time without Redis. */

/** The last value and its age. */
export interface OwnCopy<T> {
  /** The value if it is at most `age` ms old at `now`. */
  youngerThan(age: number, now: number): { value: T } | undefined;
  /** Marks the state before a load; `keep` ignores what was loaded before a `drop`. */
  mark(): number;
  keep(value: T, now: number, mark: number): void;
  drop(): void;
}

/** Makes an empty copy. */
export function createOwnCopy<T>(): OwnCopy<T> {
  let own: { value: T; at: number } | undefined;
  let drops = 0;
  return {
    youngerThan: (age, now) => (own && now - own.at < age ? own : undefined),
    mark: () => drops,
    keep(value, at, mark) {
      if (mark === drops) own = { value, at };
    },
    drop() {
      drops += 1;
      own = undefined;
    },
  };
}
