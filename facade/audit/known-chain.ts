/**
 * Pure. What one process knows of the chain in a store: how far it went, and its newest entries. A store that lost them
 * is given them back, or, where they are not known, an entry that tells of the loss.
 */
import { BEGINNING, headOf, LOST, link } from './chain.ts';
import type { AuditEntry, ChainHead } from './entry.ts';

/** What a store must be given: its entries `back`, or one that tells of a `loss`. */
export interface Missing {
  kind: 'back' | 'loss';
  /** The end of what the store holds. */
  after: ChainHead;
  entries: readonly AuditEntry[];
}

/** What is known, and grows. */
export interface KnownChain {
  /** Of the newest entry that was ever seen. */
  head(): ChainHead;
  /** Takes entries that were read or written, oldest first, and the head that there was. */
  saw(entries: readonly AuditEntry[], head?: ChainHead): void;
  /** What a store must be given before it is written to, at this time; undefined when it lost nothing. */
  missing(stored: ChainHead, at: number): Missing | undefined;
}

/** How many entries are kept to be given back: some 800 bytes each. */
export const RECENT = 500;

const NOTHING = { stage: 'legacy', percent: 0 } as const;

/** Makes one; `after` is the head that was kept elsewhere. */
export function createKnownChain(after: ChainHead = BEGINNING): KnownChain {
  let known = after;
  /** Without a gap. */
  let recent: AuditEntry[] = [];
  const remember = (entry: AuditEntry) => {
    const last = recent.at(-1);
    if (last !== undefined && entry.sequence <= last.sequence) return;
    if (last !== undefined && entry.previousHash !== last.hash) recent = [];
    recent = [...recent.slice(1 - RECENT), entry];
  };
  const further = (head: ChainHead) => {
    if (head.hash !== LOST && head.sequence > known.sequence) known = head;
  };
  return {
    head: () => known,
    saw(entries, head) {
      for (const entry of entries) remember(entry);
      const last = entries.at(-1);
      if (last !== undefined) further(headOf(last));
      if (head !== undefined) further(head);
    },
    missing(stored, at) {
      if (stored.sequence >= known.sequence) return undefined;
      const entries = recent.at(-1)?.hash === known.hash ? following(recent, stored) : undefined;
      if (entries !== undefined) return { kind: 'back', after: stored, entries };
      return { kind: 'loss', after: stored, entries: [lossAfter(stored, known, at)] };
    },
  };
}

/** The entries after what a store holds; undefined when they do not follow it. */
function following(recent: readonly AuditEntry[], stored: ChainHead): AuditEntry[] | undefined {
  if (stored.sequence === 0) return [...recent];
  const next = recent.findIndex(({ previousHash }) => previousHash === stored.hash);
  return next < 0 ? undefined : recent.slice(next);
}

function lossAfter(stored: ChainHead, known: ChainHead, at: number): AuditEntry {
  return link(known, {
    ...{ at, actor: 'facade', role: 'system', action: 'lost', route: '', from: NOTHING, to: NOTHING },
    reason: `the store ended with entry ${stored.sequence}, expected ${known.sequence}; nobody could give it back`,
    ...{ forced: false, configVersion: '', lost: stored },
  });
}
