import type { Knex } from 'strangler-kit/chassis';
import type { BugSwitch } from './bug-switch.ts';
import type { ShopGateway } from './legacy/shop-gateway.ts';
import type { TaxRates } from './legacy/tax-rates.ts';

/** What the endpoints are made of. */
export interface CatalogParts {
  db: Knex;
  shop: ShopGateway;
  taxRates: TaxRates;
  bug: BugSwitch;
}
