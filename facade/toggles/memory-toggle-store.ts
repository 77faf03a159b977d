/** Toggles in the process's own memory: for one facade; they are gone when it ends. */
import { BEGINNING, follow, headOf } from '../audit/chain.ts';
import type { AuditEntry, ChainHead } from '../audit/entry.ts';
import { simpleChanges } from './set-plan.ts';
import type { FileBase, Toggle, ToggleStore } from './toggle-store.ts';

/** What the store may be given. */
export interface MemoryToggleStoreOptions {
  /** The head of the audit that was kept elsewhere: the chain goes on after it. */
  after?: ChainHead | undefined;
  /** Hears of each entry of the audit once it is written. */
  onEntry?: (entry: AuditEntry) => void;
}

/** Makes an empty store. */
export function createMemoryToggleStore({
  after = BEGINNING,
  onEntry = () => {},
}: MemoryToggleStoreOptions = {}): ToggleStore {
  const toggles = new Map<string, Toggle>();
  const bases = new Map<string, FileBase>();
  const entries: AuditEntry[] = [];
  const listeners = new Set<() => void>();
  let head = after;

  const change: ToggleStore['change'] = async (plan) => {
    const planned = plan({ toggles, bases });
    if (planned === 'conflict') return planned;
    for (const toggle of planned.toggles ?? []) toggles.set(toggle.route, toggle);
    for (const [route, base] of planned.bases ?? []) bases.set(route, base);
    if (planned.entries.length === 0) return 'written';
    const written = follow(head, head, planned.entries);
    entries.push(...written);
    head = headOf(written.at(-1)!);
    for (const entry of written) onEntry(entry);
    for (const listener of listeners) listener();
    return 'written';
  };

  return {
    change,
    ...simpleChanges(change),
    all: async () => new Map(toggles),
    history: async (route, limit) =>
      entries
        .filter((entry) => entry.route === route)
        .slice(-limit)
        .reverse(),
    async audit(sequence, limit) {
      const first = Math.max(0, sequence - after.sequence);
      return { entries: entries.slice(first, first + limit), head };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => listeners.clear(),
  };
}
