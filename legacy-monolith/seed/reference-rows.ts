/** Pure. */

export const CURRENCIES = [
  ['EUR', 'Euro', '1.000000', 2],
  ['CHF', 'Schweizer Franken', '0.957300', 2],
  ['GBP', 'Pound Sterling', '0.854210', 2],
  ['SEK', 'Svensk krona', '11.276500', 2],
  ['PLN', 'Złoty', '4.315000', 2],
  ['JPY', '日本円', '163.482000', 0],
  ['USD', 'US Dollar', '1.083700', 2],
] as const;

export const COUNTRIES = [
  ['DE', 'Deutschland', 'EUR', 'Y'],
  ['AT', 'Österreich', 'EUR', 'Y'],
  ['CH', 'Schweiz', 'CHF', 'N'],
  ['FR', 'France', 'EUR', 'Y'],
  ['GB', 'United Kingdom', 'GBP', 'N'],
  ['SE', 'Sverige', 'SEK', 'Y'],
  ['PL', 'Polska', 'PLN', 'Y'],
  ['IT', 'Italia', 'EUR', 'Y'],
  ['JP', '日本', 'JPY', 'N'],
  ['US', 'United States', 'USD', 'N'],
] as const;

/** Country, class (S standard, R reduced, Z zero), percent, default. */
export const TAX_RATES = [
  ['DE', 'S', '19.00', 'Y'],
  ['DE', 'R', '7.00', 'N'],
  ['AT', 'S', '20.00', 'Y'],
  ['AT', 'R', '10.00', 'N'],
  ['CH', 'S', '8.10', 'Y'],
  ['CH', 'R', '2.60', 'N'],
  ['FR', 'S', '20.00', 'Y'],
  ['FR', 'R', '5.50', 'N'],
  ['GB', 'S', '20.00', 'Y'],
  ['GB', 'Z', '0.00', 'N'],
  ['SE', 'S', '25.00', 'Y'],
  ['SE', 'R', '12.00', 'N'],
  ['PL', 'S', '23.00', 'Y'],
  ['PL', 'R', '8.00', 'N'],
  ['IT', 'S', '22.00', 'Y'],
  ['IT', 'R', '10.00', 'N'],
  ['JP', 'S', '10.00', 'Y'],
  ['JP', 'R', '8.00', 'N'],
  ['US', 'Z', '0.00', 'Y'],
] as const;

/** Code, name, price in cents, comma-separated countries (empty: everywhere). */
export const SHIPPING = [
  ['DHL', 'DHL Päckchen', 490, 'DE,AT'],
  ['EXP', 'Express 24h', 1490, 'DE,AT,CH,FR,IT'],
  ['INT', 'International', 1990, ''],
  ['PICK', 'Selbstabholung', 0, 'DE'],
] as const;

const TOP = ['Küche', 'Möbel', 'Bücher', 'Garten', 'Spielzeug', 'Café & Thé', 'Büro', 'Mode'];
const SUB = ['Neuheiten', 'Klassiker', 'Angebote', 'Zubehör', "Pour l'été"];

/** Id, parent (0: none), name, sort order, visible. Ids 1..8 are roots, five children each. */
export function categoryRows(): [number, number, string, number, string][] {
  const roots = TOP.map(
    (name, i) => [i + 1, 0, name, (TOP.length - i) * 10, 'Y'] as [number, number, string, number, string],
  );
  const children = TOP.flatMap((top, i) =>
    SUB.map((name, j): [number, number, string, number, string] => [
      TOP.length + 1 + i * SUB.length + j,
      i + 1,
      `${top}: ${name}`,
      j % 3,
      i === 7 && j === 4 ? 'N' : 'Y',
    ]),
  );
  return [...roots, ...children];
}

/** How many categories there are; ids run from 1 to here. */
export const CATEGORY_COUNT = TOP.length * (1 + SUB.length);
