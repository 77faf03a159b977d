/** The monolith's category endpoints. */
import { Router } from 'express';
import { categoryId, parameter } from '../parameters.ts';
import type { CatalogParts } from '../parts.ts';
import { countInCategory } from '../products/product-store.ts';
import { categoryById, visibleCategories } from './category-store.ts';
import { CATEGORY_NOT_FOUND, categoryDetail, categoryTree } from './presentation.ts';

/** GET /api/categories and /api/categories/:id. */
export function categoryRoutes({ db }: CatalogParts): Router {
  const router = Router();
  router.get('/api/categories', async (_request, response) => {
    response.json({ Categories: categoryTree(await visibleCategories(db)) });
  });
  router.get('/api/categories/:id', async (request, response) => {
    const id = categoryId(parameter(request, 'id'));
    const found = id === undefined ? undefined : await categoryById(db, id);
    if (found === undefined) return void response.json(CATEGORY_NOT_FOUND);
    response.json(categoryDetail(found, await countInCategory(db, found.id)));
  });
  return router;
}
