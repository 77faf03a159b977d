/** Pure. Products in the shapes that the monolith's clients know, key order included. */

import type { TaxRate } from '../legacy/tax-rates.ts';
import type { Product, ProductStatus } from './model.ts';
import { type Bug, centsOf, decimalOf, grossCents } from './money.ts';

/** What an answer needs beside the product. */
export interface Surroundings {
  tax: TaxRate;
  /** Pieces over all warehouses. */
  stock: number;
  bug: Bug;
}

const LETTERS: Record<ProductStatus, string> = { active: 'A', discontinued: 'D', preview: 'P' };
const NEVER = '0000-00-00 00:00:00.000000';

/** Answered with status 200. */
export const PRODUCT_NOT_FOUND = { error: { code: 'PRD_404', msg: 'Product not found' } };

/** The answer of /api/products/:id. */
export function productDetail(product: Product, { tax, stock, bug }: Surroundings) {
  const cents = centsOf(product.price);
  return {
    ID: product.id,
    sku: product.sku,
    Name: product.name,
    description: product.description,
    price: decimalOf(cents),
    listPrice: product.listPrice,
    grossPrice: decimalOf(grossCents(cents, tax.percent, bug)),
    taxRate: tax.percent,
    country: tax.country,
    currency: 'EUR',
    status: product.status,
    isActive: product.active ? 'Y' : 'N',
    releaseDate: dayNumber(product.introducedOn),
    Last_Update: product.updatedAt ?? NEVER,
    categoryIds: product.categoryIds.map(Number),
    attributes: product.attributes === null ? {} : (JSON.parse(product.attributes) as object),
    weight: product.weight,
    stock,
  };
}

/** An item of /api/products. */
export function productListItem(product: Product, { tax, stock, bug }: Surroundings) {
  const cents = centsOf(product.price);
  return {
    prd_id: product.id,
    sku: product.sku,
    name: product.name,
    price: cents,
    gross_price: grossCents(cents, tax.percent, bug),
    list_price: product.listPrice,
    status: LETTERS[product.status],
    active: product.active ? 1 : 0,
    new_dt: dayNumber(product.introducedOn),
    cat_ids: product.categoryIds.join(','),
    stock,
  };
}

/** A hit of /api/search. */
export function searchHit(product: Product, stock: number) {
  return {
    ID: product.id,
    SKU: product.sku,
    NAME: product.name,
    PRICE: product.price,
    STATUS: LETTERS[product.status],
    STOCK: stock,
  };
}

function dayNumber(day: string | null): number {
  return day === null ? 0 : Number(day.replaceAll('-', ''));
}
