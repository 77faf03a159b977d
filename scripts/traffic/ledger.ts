/** What was acknowledged: every write that a client was told had happened, to be looked for at the end. */

/** A product's last acknowledged state. */
export interface LedgerEntry {
  id: string;
  cents: number;
  deleted: boolean;
  /** When it was acknowledged (ms of the traffic's clock). */
  at: number;
}

/** The ledger of one run. */
export interface Ledger {
  /** Takes the product for one write at a time; false when another write is under way. */
  begin(id: string): boolean;
  acknowledge(id: string, change: { cents?: number; deleted?: boolean }, at: number): void;
  /** The write's outcome is not known (the answer was lost): the product is no longer judged. */
  forget(id: string): void;
  end(id: string): void;
  /** The acknowledged price, if the product is known and nothing is being written to it. */
  settledPrice(id: string): { cents: number; at: number } | undefined;
  entries(): LedgerEntry[];
}

/** Makes an empty ledger. */
export function createLedger(): Ledger {
  const known = new Map<string, LedgerEntry>();
  const busy = new Set<string>();
  const unsure = new Set<string>();
  return {
    begin(id) {
      if (busy.has(id)) return false;
      busy.add(id);
      return true;
    },
    acknowledge(id, { cents, deleted }, at) {
      const before = known.get(id);
      known.set(id, { id, cents: cents ?? before?.cents ?? 0, deleted: deleted ?? false, at });
    },
    forget: (id) => void unsure.add(id),
    end: (id) => void busy.delete(id),
    settledPrice(id) {
      const entry = known.get(id);
      return entry === undefined || busy.has(id) || unsure.has(id) || entry.deleted ? undefined : entry;
    },
    entries: () => [...known.values()].filter(({ id }) => !unsure.has(id)),
  };
}
