/** Keeps what each answer says in the ledger, and holds reads against what was acknowledged. */
import type { Ledger } from './ledger.ts';
import type { Action, KnownProducts } from './mix.ts';
import type { StatsCollector } from './stats.ts';

/** How long a change may take to show on the other side before its absence counts as a failure; ms. */
const GRACE = 5_000;

/** An acknowledged price and when it was acknowledged. */
export type Settled = { cents: number; at: number };

/** Books one answer; returns why it is wrong, if it is. */
export type Bookkeeper = (
  action: Action,
  body: Record<string, unknown>,
  settledBefore: Settled | undefined,
  now: number,
) => string | undefined;

/** Makes a bookkeeper that also keeps the list of known products. */
export function createBookkeeper(books: {
  ledger: Ledger;
  stats: StatsCollector;
  known: KnownProducts;
}): Bookkeeper {
  const { ledger, stats, known } = books;
  const acknowledge = (id: string, change: { cents?: number; deleted?: boolean }, now: number) => {
    ledger.acknowledge(id, change, now);
    stats.write();
  };

  return (action, body, settledBefore, now) => {
    switch (action.kind) {
      case 'change-price':
        if (body.error) return `price change of ${action.id} answered ${JSON.stringify(body)}`;
        acknowledge(action.id, { cents: action.cents }, now);
        return undefined;
      case 'add-product':
        acknowledge(String(body.ID), { cents: action.cents }, now);
        known.added.push(String(body.ID));
        return undefined;
      case 'delete-product':
        // Another shopper may have deleted it first: then it is gone all the same.
        known.added = known.added.filter((id) => id !== action.id);
        acknowledge(action.id, { deleted: true }, now);
        return undefined;
      case 'read-product':
        // A write that began meanwhile makes what was settled before it meaningless.
        if (settledBefore === undefined || ledger.settledPrice(action.id)?.at !== settledBefore.at)
          return undefined;
        return judgeRead(action.id, body, settledBefore, now);
      default:
        return undefined;
    }
  };

  function judgeRead(id: string, body: Record<string, unknown>, settled: Settled, now: number) {
    if (body.price === (settled.cents / 100).toFixed(2)) return undefined;
    stats.stale();
    const age = Math.round(now - settled.at);
    if (age < GRACE) return undefined;
    const shown = JSON.stringify(body.price ?? body.error);
    return `product ${id} shows ${shown}, ${settled.cents} cents were acknowledged ${age} ms ago`;
  }
}
