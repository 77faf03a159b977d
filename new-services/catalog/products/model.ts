/** Pure. What a product is to the catalog service. */

export type ProductStatus = 'active' | 'discontinued' | 'preview';

/** A product as stored; money is decimal text with the column's places. */
export interface Product {
  /** Above 2^53, so text. */
  id: string;
  sku: string;
  name: string;
  description: string;
  price: string;
  listPrice: string | null;
  status: ProductStatus;
  active: boolean;
  /** YYYY-MM-DD, when known. */
  introducedOn: string | null;
  /** YYYY-MM-DD hh:mm:ss.ffffff in UTC, when known. */
  updatedAt: string | null;
  /** JSON of an object, when there are any. */
  attributes: string | null;
  weight: number | null;
  /** In the order that matters: the first is the main one. */
  categoryIds: string[];
}

/** One page of products and how many there are in all. */
export interface ProductPage {
  total: number;
  products: Product[];
}
