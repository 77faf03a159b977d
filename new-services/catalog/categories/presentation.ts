/** Pure. Categories in the shapes that the monolith's clients know. */
import type { Category } from './category-store.ts';

/** A node of the answer of /api/categories. */
export interface CategoryNode {
  id: number;
  Name: string;
  sort: number;
  children: CategoryNode[];
}

/** Answered with status 200. */
export const CATEGORY_NOT_FOUND = { error: { code: 'CAT_404', msg: 'Category not found' } };

/** The tree below a parent; what hangs on a category that is not in the list is left out. */
export function categoryTree(all: readonly Category[], parentId: number | null = null): CategoryNode[] {
  return all
    .filter((category) => category.parentId === parentId)
    .map(({ id, name, sortOrder }) => ({ id, Name: name, sort: sortOrder, children: categoryTree(all, id) }));
}

/** The answer of /api/categories/:id. */
export function categoryDetail(category: Category, productCount: number) {
  return {
    cat_id: category.id,
    cat_nm: category.name,
    parentId: category.parentId ?? 0,
    sortOrder: category.sortOrder,
    Visible: category.visible ? 'Y' : 'N',
    Product_Count: productCount,
  };
}
