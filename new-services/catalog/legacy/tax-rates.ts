/** The default tax of each country: the monolith's reference data, cached. */
import type { ReferenceCache } from 'strangler-kit/acl';
import { z } from 'zod';
import type { ShopGateway } from './shop-gateway.ts';

/** The tax that applies when nothing else is said. */
export interface TaxRate {
  country: string;
  /** Percent with two places, e.g. `'19.00'`. */
  percent: string;
}

/** Tax rates by country. */
export interface TaxRates {
  /** Germany's for a country that is unknown or not given. */
  of(country: string): Promise<TaxRate>;
}

const HOME = 'DE';
const schema = z.array(z.object({ country: z.string(), percent: z.string() }));

/** Makes the tax rates; `of` raises what the gateway raises while there is no cached value at all. */
export function createTaxRates(cache: ReferenceCache, shop: ShopGateway): TaxRates {
  const rates = cache.define({
    name: 'tax-rates',
    version: 1,
    schema,
    load: async () => (await shop.taxRates({})).filter((rate) => rate.isDefault).map(asRate),
  });
  return {
    async of(country) {
      const known = await rates.get();
      const find = (code: string) => known.find((rate) => rate.country === code);
      return find(comparable(country)) ?? find(HOME) ?? { country: HOME, percent: '0.00' };
    },
  };
}

function asRate({ country, percent }: TaxRate): TaxRate {
  return { country, percent };
}

/** As the monolith's collation compares: letter by letter without accents, without case, without blanks at the end. */
function comparable(country: string): string {
  return country
    .replace(/./gu, (letter) => letter.normalize('NFD').charAt(0))
    .toUpperCase()
    .replace(/ +$/, '');
}
