/** Pure. Cents from decimal text and back, and the price with tax. */

/** A bug that can be switched on to be found by the comparison. */
export type Bug = 'rounding' | null;

/** `'12.34'` → 1234. */
export function centsOf(price: string): number {
  return Number(price.replace('.', ''));
}

/** 1234 → `'12.34'`. */
export function decimalOf(cents: number): string {
  const sign = cents < 0 ? '-' : '';
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * Net cents plus tax, half a cent up.
 * @param rate percent with two places, e.g. `'19.00'`
 */
export function grossCents(net: number, rate: string, bug: Bug): number {
  const hundredths = centsOf(rate);
  const half = bug === 'rounding' ? 0 : 5_000;
  return net + Math.floor((net * hundredths + half) / 10_000);
}
