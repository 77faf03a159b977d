/** Steady traffic: so many actions a second by so many shoppers, their answers judged, their writes kept in a ledger. */
import { createBookkeeper } from './bookkeeper.ts';
import { createLedger, type Ledger, type LedgerEntry } from './ledger.ts';
import { type Action, type KnownProducts, nextAction, seededRandom } from './mix.ts';
import { startPace } from './pace.ts';
import { createShopper, type Shopper } from './shopper.ts';
import { createStats, type StatsCollector, type TrafficStats } from './stats.ts';

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

/** Reads the first products' ids, then starts. */
export async function startTraffic({
  target,
  rate,
  seed = 1,
  shoppers = 40,
}: TrafficOptions): Promise<Traffic> {
  const known = { seeded: await firstProducts(target), added: [] as string[] };
  const stats = createStats();
  const ledger = createLedger();
  const act = createActor({ stats, ledger, known });
  const people = Array.from({ length: shoppers }, (_, index) =>
    createShopper(`shopper-${index + 1}`, target),
  );
  const pace = startPace({ rate, atOnce: shoppers, next: createNext({ seed, known, people, act }) });
  return {
    stats: () => stats.read(),
    ledger: () => ledger.entries(),
    stop: () => pace.stop(),
  };
}

interface Books {
  stats: StatsCollector;
  ledger: Ledger;
  known: KnownProducts;
}

/** Performs an action and books its outcome. */
function createActor({ stats, ledger, known }: Books) {
  const book = createBookkeeper({ stats, ledger, known });
  return async (shopper: Shopper, action: Action) => {
    const writes = action.kind === 'change-price' || action.kind === 'delete-product';
    if (writes && !ledger.begin(action.id)) return;
    const started = performance.now();
    const settled = action.kind === 'read-product' ? ledger.settledPrice(action.id) : undefined;
    const outcome = await shopper.perform(action);
    const now = performance.now();
    const failure = outcome.ok ? book(action, outcome.body, settled, now) : outcome.failure;
    if (writes && !outcome.ok) ledger.forget(action.id);
    if (writes) ledger.end(action.id);
    stats.record(action.kind, now - started, failure);
  };
}

/** Who does what next. */
function createNext(options: {
  seed: number;
  known: KnownProducts;
  people: Shopper[];
  act: (shopper: Shopper, action: Action) => Promise<void>;
}) {
  const { seed, known, people, act } = options;
  const random = seededRandom(seed);
  // Numbers of new products must not repeat those of an earlier run on the same database.
  const run = `${process.pid.toString(36)}-${Date.now().toString(36)}`;
  return (turn: number) => {
    const action = nextAction(random, known, `${run}-${turn}`);
    return act(people[Math.floor(random() * people.length)]!, action);
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
