/** Toggles in the process's own memory: for one facade; they are gone when it ends. */
import {
  type FileBase,
  type HistoryEntry,
  samePosition,
  type Toggle,
  type ToggleStore,
} from './toggle-store.ts';

/** Makes an empty store. */
export function createMemoryToggleStore(): ToggleStore {
  const toggles = new Map<string, Toggle>();
  const bases = new Map<string, FileBase>();
  const entries: HistoryEntry[] = [];
  const listeners = new Set<() => void>();

  const setMany: ToggleStore['setMany'] = async (changes) => {
    if (changes.some(({ toggle, expected }) => (toggles.get(toggle.route)?.revision ?? 0) !== expected))
      return 'conflict';
    for (const { toggle, expected, entry } of changes) {
      toggles.set(toggle.route, { ...toggle, revision: expected + 1 });
      entries.push(entry);
    }
    for (const listener of listeners) listener();
    return 'written';
  };

  return {
    setMany,
    set: (toggle, expected, entry) => setMany([{ toggle, expected, entry }]),
    all: async () => new Map(toggles),
    history: async (route, limit) =>
      entries
        .filter((entry) => entry.route === route)
        .slice(-limit)
        .reverse(),
    append: async (entry) => void entries.push(entry),
    async noteBase(route, position, at) {
      const previous = bases.get(route);
      if (previous !== undefined && samePosition(previous, position))
        return { base: previous, previous: undefined };
      const base = { stage: position.stage, percent: position.percent, at };
      bases.set(route, base);
      return { base, previous };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => listeners.clear(),
  };
}
