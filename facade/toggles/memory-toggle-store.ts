/** Toggles in the process's own memory: for one facade; they are gone when it ends. */
import { BEGINNING, follow, headOf } from '../audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../audit/entry.ts';
import { type FileBase, samePosition, type Toggle, type ToggleStore } from './toggle-store.ts';

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

  const write = (drafts: readonly AuditDraft[]) => {
    const written = follow(head, head, drafts);
    entries.push(...written);
    head = headOf(written.at(-1)!);
    for (const entry of written) onEntry(entry);
    for (const listener of listeners) listener();
  };
  const setMany: ToggleStore['setMany'] = async (changes) => {
    if (changes.some(({ toggle, expected }) => (toggles.get(toggle.route)?.revision ?? 0) !== expected))
      return 'conflict';
    for (const { toggle, expected } of changes)
      toggles.set(toggle.route, { ...toggle, revision: expected + 1 });
    write(changes.map(({ entry }) => entry));
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
    append: async (entry) => write([entry]),
    async audit(sequence, limit) {
      const first = Math.max(0, sequence - after.sequence);
      return { entries: entries.slice(first, first + limit), head };
    },
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
