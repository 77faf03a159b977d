/** Pure. */
import { createHash } from 'node:crypto';
import { asDatetime, asInteger, moment } from './dates.ts';
import { between, chance, mulberry32, pick, type Random } from './random.ts';
import { COUNTRIES } from './reference-rows.ts';

const FIRST = ['Anna', 'Jürgen', 'Zoë', 'Łukasz', 'François', 'Åsa', '健太', 'Maria', 'Seán', 'Ingrid'];
const LAST = ['Müller', 'Dupont', "O'Brien", 'Nowak', 'Løvås', '田中', 'Schmidt', 'García', 'Weiß', 'Smith'];
const STREETS = ['Hauptstraße', 'Rue de l’Église', 'Storgatan', 'ul. Długa', 'High Street'];
const CITIES = ['Köln', 'Orléans', 'Malmö', 'Łódź', 'York'];

export const CUSTOMER_COLUMNS = 'cust_id, cust_eml, cust_nm, cust_pw, cust_nl, cust_del, reg_dt, last_login';
export const ADDRESS_COLUMNS = 'addr_id, cust_id, addr_typ, addr_nm, addr_str, addr_zip, addr_city, cty_cd';

/** Customers 1..count. Customer N has the e-mail customerN@example.com and the password demo-N. */
export function* customerRows(count: number): Generator<(string | number)[]> {
  const random = mulberry32(0x5eed02);
  for (let id = 1; id <= count; id++) {
    const registered = moment(random);
    yield [
      id,
      `customer${id}@example.com`,
      personName(random),
      oldPasswordHash(`demo-${id}`, between(random, 0x100000, 0xffffff).toString(16)),
      chance(random, 0.4) ? 'Y' : 'N',
      id > 1 && chance(random, 0.02) ? 'Y' : 'N',
      chance(random, 0.03) ? 0 : asInteger(registered),
      chance(random, 0.2) ? '0000-00-00 00:00:00' : asDatetime(registered + between(random, 0, 1e10)),
    ];
  }
}

/** A billing address for everybody, a shipping address for some. */
export function* addressRows(customers: number): Generator<(string | number)[]> {
  const random = mulberry32(0x5eed03);
  let id = 0;
  for (let customer = 1; customer <= customers; customer++) {
    const types = chance(random, 0.3) ? ['B', 'S'] : ['B'];
    for (const type of types) {
      const country = pick(random, COUNTRIES)[0];
      const street = `${pick(random, STREETS)} ${between(random, 1, 199)}`;
      const zip = String(between(random, 1000, 99_999)).padStart(5, '0');
      yield [++id, customer, type, personName(random), street, zip, pick(random, CITIES), country];
    }
  }
}

function personName(random: Random): string {
  return `${pick(random, FIRST)} ${pick(random, LAST)}`;
}

/** The password format of 2009; a login replaces it. */
function oldPasswordHash(password: string, salt: string): string {
  return `S1$${salt}$${createHash('sha256')
    .update(salt + password)
    .digest('hex')}`;
}
