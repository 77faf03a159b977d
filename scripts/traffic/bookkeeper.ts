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
  const seeded = new Set(known.seeded);
  const acknowledge = (id: string, change: { cents?: number; deleted?: boolean }, now: number) => {
    ledger.acknowledge(id, change, now);
    stats.write();
  };

  return (action, body, settledBefore, now) => {
    switch (action.kind) {
      case 'change-price':
        if (body.error) return errorPage(action.kind, body);
        acknowledge(action.id, { cents: action.cents }, now);
        return undefined;
      case 'add-product':
        if (body.ID === undefined) return errorPage(action.kind, body);
        acknowledge(String(body.ID), { cents: action.cents }, now);
        known.added.push(String(body.ID));
        return undefined;
      case 'delete-product':
        // Another shopper may have deleted it first: then it is gone all the same.
        if (body.error && !isNotFound(body.error)) return errorPage(action.kind, body);
        known.added = known.added.filter((id) => id !== action.id);
        acknowledge(action.id, { deleted: true }, now);
        return undefined;
      case 'read-product':
        // An added product may be deleted by now; the others are always there.
        if (body.error && seeded.has(action.id) && settledBefore === undefined)
          return errorPage(action.kind, body);
        // A write that began meanwhile makes what was settled before it meaningless.
        if (settledBefore === undefined || ledger.settledPrice(action.id)?.at !== settledBefore.at)
          return undefined;
        return judgeRead(action.id, body, settledBefore, now);
      case 'list-products':
      case 'search':
      case 'read-categories':
      case 'read-countries':
        return body.error ? errorPage(action.kind, body) : undefined;
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

/** The shop tells some errors with status 200. */
function errorPage(kind: Action['kind'], body: Record<string, unknown>): string {
  return `${kind} answered ${JSON.stringify(body).slice(0, 200)}`;
}

function isNotFound(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'PRD_404';
}
