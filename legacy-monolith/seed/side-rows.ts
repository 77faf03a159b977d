/** Pure. */
import { asInteger, moment } from './dates.ts';
import { FIRST_ID } from './product-rows.ts';
import { between, chance, mulberry32, pick } from './random.ts';

export const INVENTORY_COLUMNS = 'prd_id, wh_cd, qty, inv_ts';
export const REVIEW_COLUMNS = 'rev_id, prd_id, cust_id, rev_stars, rev_txt, rev_dt, rev_ok';

const TEXTS = [
  'Super!',
  'Très bien 👍',
  'Geht so.',
  'Kaputt angekommen :-(',
  'Bardzo dobre, polecam żonie',
  '',
];

/** Stock of products 1..count in up to three warehouses; one product in twenty has no row at all. */
export function* inventoryRows(products: number): Generator<(string | number | bigint)[]> {
  const random = mulberry32(0x5eed05);
  for (let i = 0; i < products; i++) {
    if (chance(random, 0.05)) continue;
    for (const warehouse of ['H1', 'H2', 'X9'].slice(0, between(random, 1, 3))) {
      const counted = Math.floor(moment(random) / 1000);
      yield [FIRST_ID + BigInt(i), warehouse, between(random, 0, 500), chance(random, 0.1) ? 0 : counted];
    }
  }
}

/** Reviews 1..count. */
export function* reviewRows(count: number, products: number, customers: number) {
  const random = mulberry32(0x5eed06);
  for (let id = 1; id <= count; id++) {
    const product = FIRST_ID + BigInt(between(random, 0, products - 1));
    const customer = between(random, 1, customers);
    const day = chance(random, 0.05) ? 0 : asInteger(moment(random));
    yield [
      id,
      product,
      customer,
      between(random, 1, 5),
      pick(random, TEXTS),
      day,
      chance(random, 0.95) ? 'Y' : 'N',
    ];
  }
}
