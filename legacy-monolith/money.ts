/** Cents as a decimal string: 1234 is '12.34'. */
export function decimal(cents: number): string {
  const sign = cents < 0 ? '-' : '';
  const abs = Math.abs(cents);
  return `${sign}${Math.floor(abs / 100)}.${String(abs % 100).padStart(2, '0')}`;
}

/** '12.3' or '12.34' or '12' as cents; undefined for anything else. At most eight digits of cents. */
export function cents(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{1,6}(\.\d{1,2})?$/.test(text)) return undefined;
  const [whole, fraction = ''] = text.split('.');
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

/** Net cents plus tax, half a cent up. The rate is a decimal string such as '19.00'. */
export function gross(net: number, rate: string): number {
  return net + tax(net, rate);
}

/** The tax on net cents, half a cent up. */
export function tax(net: number, rate: string): number {
  const hundredths = Number(rate.replace('.', ''));
  return Math.floor((net * hundredths + 5000) / 10_000);
}
