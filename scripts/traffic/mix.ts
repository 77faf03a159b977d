/** Pure. What a shop's visitors and its staff do, and how often. */

/** One thing somebody does. */
export type Action =
  | { kind: 'read-product'; id: string }
  | { kind: 'list-products'; page: number; sort: string }
  | { kind: 'search'; q: string }
  | { kind: 'read-categories' }
  | { kind: 'read-countries' }
  | { kind: 'change-price'; id: string; cents: number }
  | { kind: 'add-product'; sku: string; name: string; cents: number }
  | { kind: 'delete-product'; id: string };

/** What is known of the catalog when an action is chosen. */
export interface KnownProducts {
  /** Products that were there at the start; nobody deletes them. */
  seeded: string[];
  /** Products that this traffic added and has not deleted. */
  added: string[];
}

/** How often each action is chosen, against the others. */
export const WEIGHTS: readonly [Action['kind'], number][] = [
  ['read-product', 46],
  ['list-products', 15],
  ['search', 14],
  ['read-categories', 14],
  ['read-countries', 3],
  ['change-price', 6],
  ['add-product', 0.7],
  ['delete-product', 0.4],
];

const WORDS = ['Lampe', 'café', 'Stuhl', 'über', 'Regal', 'cœur', 'Tisch', 'Glas'];
const SORTS = ['price', 'name', 'newest', ''];

/** The next action; `random` gives numbers from 0 to 1, `serial` makes new products' numbers unique. */
export function nextAction(random: () => number, known: KnownProducts, serial: string): Action {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const kind = weighted(random);
  switch (kind) {
    case 'read-product':
      return { kind, id: pick(known.added.length > 0 && random() < 0.1 ? known.added : known.seeded) };
    case 'list-products':
      return { kind, page: 1 + Math.floor(random() * 5), sort: pick(SORTS) };
    case 'search':
      return { kind, q: pick(WORDS) };
    case 'read-categories':
    case 'read-countries':
      return { kind };
    case 'change-price':
      return { kind, id: pick(known.seeded), cents: 100 + Math.floor(random() * 50_000) };
    case 'add-product':
      return {
        kind,
        sku: `NEW-${serial}`,
        name: `${pick(WORDS)} ${serial}`,
        cents: 100 + Math.floor(random() * 9_900),
      };
    case 'delete-product':
      return known.added.length > 5 ? { kind, id: pick(known.added) } : { kind: 'read-categories' };
  }
}

function weighted(random: () => number): Action['kind'] {
  let left = random() * WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of WEIGHTS) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'read-product';
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32, Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
