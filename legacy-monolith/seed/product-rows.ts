/** Pure. */
import { asDatetime, asInteger, moment } from './dates.ts';
import { between, chance, mulberry32, pick, type Random } from './random.ts';
import { CATEGORY_COUNT } from './reference-rows.ts';

/** The first product id: above 2^53, so a double cannot hold every id that follows. */
export const FIRST_ID = 9007199254740993n;

export const PRODUCT_COLUMNS =
  'prd_id, prd_sku, prd_nm, prd_dsc, prd_prc, prd_lst_prc, cat_ids, prd_sts, prd_act, prd_del, prd_new_dt, prd_upd, prd_attr, prd_wgt';

const ADJECTIVES = [
  'Großer',
  'Petit',
  'Klassischer',
  'Señorial',
  'Œuvre',
  'Weicher',
  'Blå',
  'Crème',
  'Robuster',
];
const THINGS = ['Stuhl', 'Café-Becher', 'Müller-Tisch', 'Bœuf-Messer', 'Lampe', 'Übertopf', 'Gutschein 50 €'];
const MAKERS = ['Jürgens', 'Dupré', 'Åkesson', '“Šarka”', "O'Neill", 'Nuñez', 'Schmidt & Söhne'];
const SENTENCES = [
  'Hält, was er verspricht.',
  'Fabriqué à la main, prêt à l’emploi.',
  'Maße: 10 × 20 × 30 cm – ohne Gewähr.',
  'Preis „ab Werk“ in €.',
  'Line one.\nLine two with a "quote" and a \\ backslash.',
  '',
];
const COLOURS = ['rot', 'grün', 'weiß', 'bleu', 'naturel'];

/** Every product row up to count, in id order, one at a time, so that a million need no memory. */
export function* productRows(count: number): Generator<(string | number | bigint | null)[]> {
  const random = mulberry32(0x5eed01);
  for (let i = 0; i < count; i++) yield productRow(random, i);
}

function productRow(random: Random, i: number): (string | number | bigint | null)[] {
  const price = chance(random, 0.01) ? 0 : between(random, 49, 199_999);
  const released = moment(random);
  return [
    FIRST_ID + BigInt(i),
    `SKU-${String(i + 1).padStart(7, '0')}`,
    `${pick(random, ADJECTIVES)} ${pick(random, THINGS)} ${pick(random, MAKERS)} ${between(random, 1, 400)}`,
    `${pick(random, SENTENCES)}${pick(random, SENTENCES)}`,
    price,
    chance(random, 0.4) ? listPrice(random, price) : null,
    categoryIds(random),
    pick(random, ['A', 'A', 'A', 'A', 'A', 'A', 'D', 'P']),
    chance(random, 0.93) ? 'Y' : 'N',
    chance(random, 0.03) ? 'Y' : 'N',
    chance(random, 0.04) ? 0 : asInteger(released),
    chance(random, 0.03) ? '0000-00-00 00:00:00.000000' : updated(random, released),
    attributes(random),
    chance(random, 0.05) ? null : between(random, 1, 40_000) / 1000,
  ];
}

function listPrice(random: Random, cents: number): string {
  const tenThousandths = cents * 100 + between(random, 1, 999_999);
  return `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, '0')}`;
}

function categoryIds(random: Random): string {
  if (chance(random, 0.02)) return '';
  const ids = new Set<number>();
  for (let n = between(random, 1, 3); n > 0; n--) ids.add(between(random, 1, CATEGORY_COUNT));
  return [...ids].join(',');
}

function updated(random: Random, released: number): string {
  return `${asDatetime(released + between(random, 0, 86_400_000))}.${String(between(random, 0, 999_999)).padStart(6, '0')}`;
}

function attributes(random: Random): string {
  if (chance(random, 0.05)) return '';
  const colour = pick(random, COLOURS);
  const ratio = `${between(random, 0, 9)}.${between(random, 0, 9)}0`;
  const tags = chance(random, 0.5) ? ',"tags":["n\\u00e9uf","2nd \\u2713"]' : '';
  const boxed = chance(random, 0.3) ? `, "maße" : {"b":${between(random, 1, 99)},"t":null}` : '';
  return `{"farbe":"${colour}","ratio":${ratio}${tags}${boxed},"fragile":${chance(random, 0.2)}}`;
}
