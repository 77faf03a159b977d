/** Pure. */
import { asClock, asDatetime, asInteger } from './dates.ts';
import { FIRST_ID } from './product-rows.ts';
import { between, chance, mulberry32, pick, type Random } from './random.ts';
import { COUNTRIES, SHIPPING, TAX_RATES } from './reference-rows.ts';

export const ORDER_COLUMNS =
  'ord_id, ord_no, cust_id, ord_dt, ord_tm, ord_sts, ord_net, ord_shp, ord_tax, ord_tot, ord_cur, cty_cd, shp_cd, ord_cmt';
export const LINE_COLUMNS = 'ord_id, ln_no, prd_id, ln_nm, ln_qty, ln_prc, ln_wh';
export const PAYMENT_COLUMNS = 'ord_id, pay_amt, pay_mth, pay_sts, pay_dt';

type Cells = (string | number | bigint | null)[];

/** One order with all that hangs on it. */
export interface SeedOrder {
  order: Cells;
  lines: Cells[];
  payments: Cells[];
}

/** What an order line copies from its product. */
export interface SeedProduct {
  name: string;
  cents: number;
}

const START = Date.UTC(2019, 0, 1);
const SPAN = Date.UTC(2025, 0, 1) - START;

/** Orders 1..count in the order of their dates, spread over six years. */
export function* orders(count: number, customers: number, products: SeedProduct[]): Generator<SeedOrder> {
  const random = mulberry32(0x5eed04);
  for (let id = 1; id <= count; id++) {
    const placed = START + Math.floor((SPAN * id) / (count + 1));
    yield oneOrder(random, id, placed, between(random, 1, customers), products);
  }
}

function oneOrder(
  random: Random,
  id: number,
  placed: number,
  customer: number,
  products: SeedProduct[],
): SeedOrder {
  const country = pick(random, COUNTRIES)[0];
  const method = pick(
    random,
    SHIPPING.filter((s) => s[3] === '' || s[3].split(',').includes(country)),
  );
  const lines = orderLines(random, id, products);
  const net = lines.reduce((sum, line) => sum + line.cents * line.quantity, 0);
  const tax = Math.round((net * defaultTaxHundredths(country)) / 10_000);
  const status = pick(random, ['N', 'P', 'S', 'S', 'S', 'S', 'C', 'R']);
  const total = decimal(net + method[2] + tax);
  return {
    order: [
      id,
      `B${new Date(placed).getUTCFullYear()}-${String(id).padStart(7, '0')}`,
      customer,
      asInteger(placed),
      asClock(placed),
      status,
      net,
      method[2],
      tax,
      total,
      'EUR',
      country,
      method[0],
      chance(random, 0.1) ? 'Bitte klingeln ☎ "hinten"; danke' : null,
    ],
    lines: lines.map((line) => line.cells),
    payments: paymentsFor(random, id, total, status, placed),
  };
}

function orderLines(random: Random, order: number, products: SeedProduct[]) {
  return Array.from({ length: between(random, 1, 4) }, (_, i) => {
    const index = between(random, 0, products.length - 1);
    const { name, cents } = products[index]!;
    const quantity = between(random, 1, 5);
    const warehouse = pick(random, ['H1', 'H2', 'X9']);
    const cells: Cells = [order, i + 1, FIRST_ID + BigInt(index), name, quantity, decimal(cents), warehouse];
    return { cents, quantity, cells };
  });
}

function paymentsFor(random: Random, order: number, total: string, status: string, placed: number): Cells[] {
  const method = pick(random, ['CC', 'PP', 'IN', 'SE']);
  if (status === 'N') return chance(random, 0.5) ? [[order, total, method, 'P', '0000-00-00 00:00:00']] : [];
  if (status === 'C') return [];
  const captured: Cells = [order, total, method, 'C', asDatetime(placed + between(random, 0, 86_400_000))];
  if (status !== 'R') return [captured];
  return [captured, [order, `-${total}`, method, 'R', asDatetime(placed + 20 * 86_400_000)]];
}

function defaultTaxHundredths(country: string): number {
  const rate = TAX_RATES.find((r) => r[0] === country && r[3] === 'Y');
  return Math.round(Number(rate?.[2] ?? 0) * 100);
}

/** Cents as a decimal string. */
export function decimal(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
