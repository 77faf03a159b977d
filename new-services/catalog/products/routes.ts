/** The monolith's product endpoints that the catalog answers. */
import { type Request, type Response, Router } from 'express';
import { leadingInteger, parameter, productId, query } from '../parameters.ts';
import type { CatalogParts } from '../parts.ts';
import type { Product } from './model.ts';
import { PRODUCT_NOT_FOUND, productDetail, productListItem } from './presentation.ts';
import { listProducts, type ProductOrder, productById, productBySku } from './product-store.ts';

/** GET /api/products, /api/products/by-sku/:sku and /api/products/:id. */
export function productRoutes(parts: CatalogParts): Router {
  const router = Router();
  router.get('/api/products', (request, response) => list(parts, request, response));
  router.get('/api/products/by-sku/:sku', async (request, response) => {
    const found = await productBySku(parts.db, parameter(request, 'sku'));
    await answer(parts, request, response, found);
  });
  router.get('/api/products/:id', async (request, response) => {
    const id = productId(parameter(request, 'id'));
    await answer(parts, request, response, id === undefined ? undefined : await productById(parts.db, id));
  });
  return router;
}

async function answer(
  parts: CatalogParts,
  request: Request,
  response: Response,
  product: Product | undefined,
) {
  if (product === undefined) return void response.json(PRODUCT_NOT_FOUND);
  const [tax, stock] = await Promise.all([
    parts.taxRates.of(query(request, 'country')),
    parts.shop.stock([product.id]),
  ]);
  response.json(productDetail(product, { tax, stock: stock[product.id] ?? 0, bug: parts.bug.current() }));
}

async function list(parts: CatalogParts, request: Request, response: Response) {
  const { page, perPage, offset } = pageOf(request);
  const { total, products } = await listProducts(parts.db, {
    category: leadingInteger(query(request, 'category')),
    order: orderOf(query(request, 'sort')),
    limit: perPage,
    offset,
  });
  const ids = products.map((product) => product.id);
  const [tax, stock] = await Promise.all([
    parts.taxRates.of(query(request, 'country')),
    ids.length === 0 ? {} : parts.shop.stock(ids),
  ]);
  const stockOf: Record<string, number> = stock;
  const bug = parts.bug.current();
  response.json({
    page,
    per_page: perPage,
    total,
    total_pages: Math.ceil(total / perPage),
    items: products.map((product) => productListItem(product, { tax, stock: stockOf[product.id] ?? 0, bug })),
  });
}

const FURTHEST = 1_000_000_000;

function pageOf(request: Request): { page: number; perPage: number; offset: number } {
  const page = Math.max(1, leadingInteger(query(request, 'page')) ?? 1);
  const asked = leadingInteger(query(request, 'per_page')) ?? 20;
  const perPage = asked < 1 ? 20 : Math.min(asked, 100);
  return { page, perPage, offset: Math.min((page - 1) * perPage, FURTHEST) };
}

function orderOf(sort: string): ProductOrder {
  return sort === 'price' || sort === 'name' || sort === 'newest' ? sort : 'id';
}
