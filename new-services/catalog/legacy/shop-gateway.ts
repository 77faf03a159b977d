/** What the catalog asks of the monolith: stock and reference data. */
import {
  createLegacyGateway,
  defineOperation,
  type LegacyAnswer,
  type LegacyGateway,
} from 'strangler-kit/acl';
import type { HttpClient } from 'strangler-kit/chassis';
import { z } from 'zod';

const operations = {
  /** Pieces over all warehouses by product id; at most 200 ids. */
  stock: defineOperation({
    method: 'GET',
    path: (ids: readonly string[]) => `/api/inventory?ids=${ids.map(encodeURIComponent).join(',')}`,
    answer: z.record(z.string(), z.number().int()),
  }),
  taxRates: defineOperation({
    method: 'GET',
    path: (_: Record<string, never>) => '/api/ref/tax-rates',
    answer: z
      .object({
        TaxRates: z.array(
          z.object({ country: z.string(), percent: z.string(), isDefault: z.enum(['Y', 'N']) }),
        ),
      })
      .transform(({ TaxRates }) => TaxRates.map((rate) => ({ ...rate, isDefault: rate.isDefault === 'Y' }))),
  }),
};

/** The monolith in the catalog's words. */
export type ShopGateway = LegacyGateway<typeof operations>;

/** Makes the gateway on an HTTP client of the monolith. */
export function createShopGateway(client: Pick<HttpClient, 'request'>): ShopGateway {
  return createLegacyGateway({ client, operations, refusal: shopRefusal });
}

const coded = z.object({ error: z.object({ code: z.string(), msg: z.string() }) });
const worded = z.union([z.object({ Error: z.string() }), z.object({ ERR: z.string() })]);

/** Pure. The monolith's three spellings of an error, with whatever status they come. */
export function shopRefusal({ status, body }: LegacyAnswer): { code: string; message: string } | undefined {
  const withCode = coded.safeParse(body);
  if (withCode.success) return { code: withCode.data.error.code, message: withCode.data.error.msg };
  const withWords = worded.safeParse(body);
  if (!withWords.success) return undefined;
  const message = 'Error' in withWords.data ? withWords.data.Error : withWords.data.ERR;
  return { code: `HTTP_${status}`, message };
}
