/** The monolith's search endpoint: pages from 0, keys in upper case. */
import { type Request, type Response, Router } from 'express';
import { leadingInteger, query } from '../parameters.ts';
import type { CatalogParts } from '../parts.ts';
import { searchHit } from '../products/presentation.ts';
import { searchProducts } from './search-store.ts';

const HITS_A_PAGE = 25;
const LONGEST = 100;
const FURTHEST = 1_000_000_000;

/** GET /api/search. */
export function searchRoutes(parts: CatalogParts): Router {
  const router = Router();
  router.get('/api/search', (request, response) => search(parts, request, response));
  return router;
}

async function search({ db, shop }: CatalogParts, request: Request, response: Response) {
  const text = query(request, 'q').trim().slice(0, LONGEST);
  const start = Math.max(0, leadingInteger(query(request, 'start')) ?? 0);
  if (text === '') return void response.json({ QUERY: text, START: start, FOUND: 0, HITS: [] });
  const offset = Math.min(start * HITS_A_PAGE, FURTHEST);
  const { total, products } = await searchProducts(db, { text, limit: HITS_A_PAGE, offset });
  const stock: Record<string, number> =
    products.length === 0 ? {} : await shop.stock(products.map((product) => product.id));
  response.json({
    QUERY: text,
    START: start,
    FOUND: total,
    HITS: products.map((product) => searchHit(product, stock[product.id] ?? 0)),
  });
}
