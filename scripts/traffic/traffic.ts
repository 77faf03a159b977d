/** Steady traffic: so many actions a second by so many shoppers, their answers judged, their writes kept in a ledger. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLedger, type LedgerEntry } from './ledger.ts';
import { type Action, nextAction, seededRandom } from './mix.ts';
import { createShopper, type Outcome, type Shopper } from './shopper.ts';
import { createStats, type TrafficStats } from './stats.ts';

/** How much traffic, from whom, against what. */
export interface TrafficOptions {
  /** Base URL of what stands in front: the facade, or the monolith itself. */
  target: string;
  /** Actions a second. */
  rate: number;
  seed?: number;
  shoppers?: number;
}

/** Traffic that runs until it is stopped. */
export interface Traffic {
  stats(): TrafficStats;
  ledger(): LedgerEntry[];
  /** Resolves when the last action has its answer. */
  stop(): Promise<void>;
}

/** How long a change may take to show on the other side before its absence counts as a failure; ms. */
const GRACE = 5_000;

/** Reads the first products' ids, then starts. */
export async function startTraffic({ target, rate, seed = 1, shoppers = 40 }: TrafficOptions): Promise<Traffic> {
  const random = seededRandom(seed);
  const known = { seeded: await firstProducts(target), added: [] as string[] };
  const stats = createStats();
  const ledger = createLedger();
  const people = Array.from({ length: shoppers }, (_, index) => createShopper(`shopper-${index + 1}`, target));
  const underWay = new Set<Promise<void>>();
  const run = `${process.pid.toString(36)}-${Date.now().toString(36)}`;
  let serial = 0;
  let stopped = false;

  const act = async (shopper: Shopper, action: Action) => {
    const writes = action.kind === 'change-price' || action.kind === 'delete-product';
    if (writes && !ledger.begin(action.id)) return;
    const started = performance.now();
    const settled = action.kind === 'read-product' ? ledger.settledPrice(action.id) : undefined;
    const outcome = await shopper.perform(action);
    const failure = outcome.ok ? note(action, outcome, settled) : outcome.failure;
    if (writes && !outcome.ok) ledger.forget(action.id);
    if (writes) ledger.end(action.id);
    stats.record(action.kind, performance.now() - started, failure);
  };

  /** Keeps what the answer says; returns why it is wrong, if it is. */
  const note = (action: Action, { body }: Outcome & { ok: true }, settled?: { cents: number; at: number }) => {
    const now = performance.now();
    switch (action.kind) {
      case 'change-price':
        if (body.error) return `price change of ${action.id} answered ${JSON.stringify(body)}`;
        ledger.acknowledge(action.id, { cents: action.cents }, now);
        stats.write();
        return undefined;
      case 'add-product':
        ledger.acknowledge(String(body.ID), { cents: action.cents }, now);
        known.added.push(String(body.ID));
        stats.write();
        return undefined;
      case 'delete-product':
        known.added = known.added.filter((id) => id !== action.id);
        // Another shopper may have deleted it first: then it is gone all the same.
        ledger.acknowledge(action.id, { deleted: true }, now);
        stats.write();
        return undefined;
      case 'read-product': {
        // A write that began meanwhile makes what was settled before it meaningless.
        const judged = settled !== undefined && ledger.settledPrice(action.id)?.at === settled.at ? settled : undefined;
        if (judged === undefined) return undefined;
        const fresh = body.price === (judged.cents / 100).toFixed(2);
        if (!fresh) stats.stale();
        if (fresh || now - judged.at < GRACE) return undefined;
        return `product ${action.id} shows ${JSON.stringify(body.price ?? body.error)}, acknowledged ${judged.cents} cents ${Math.round(now - judged.at)} ms ago`;
      }
      default:
        return undefined;
    }
  };

  const loop = async () => {
    const begun = performance.now();
    for (let sent = 0; !stopped; sent += 1) {
      const due = begun + (sent * 1_000) / rate - performance.now();
      if (due > 1) await delay(due);
      const action = nextAction(random, known, `${run}-${(serial += 1)}`);
      const done = act(people[Math.floor(random() * people.length)]!, action).finally(() => underWay.delete(done));
      underWay.add(done);
      // The generator must not pile up requests on a system that is slow: that would measure its own queue.
      if (underWay.size >= shoppers) await Promise.race(underWay);
    }
  };
  const looping = loop();

  return {
    stats: () => stats.read(),
    ledger: () => ledger.entries(),
    async stop() {
      stopped = true;
      await looping;
      await Promise.all(underWay);
    },
  };
}

async function firstProducts(target: string): Promise<string[]> {
  const pages = await Promise.all(
    [1, 2, 3].map(async (page) => {
      const answer = await fetch(`${target}/api/products?page=${page}&per_page=100`);
      if (!answer.ok) throw new Error(`${target}/api/products answered ${answer.status}, expected 200`);
      return ((await answer.json()) as { items: { prd_id: string }[] }).items.map(({ prd_id }) => prd_id);
    }),
  );
  const ids = pages.flat();
  if (ids.length === 0) throw new Error(`${target} has no products; seed the monolith first`);
  return ids;
}
