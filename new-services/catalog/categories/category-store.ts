/** Categories by id and as the visible list. */
import type { Knex } from 'strangler-kit/chassis';

/** A category. */
export interface Category {
  id: number;
  parentId: number | null;
  name: string;
  sortOrder: number;
  visible: boolean;
}

interface CategoryRow {
  id: number;
  parent_id: number | null;
  name: string;
  sort_order: number;
  visible: number;
}

/** One category, hidden or not. */
export async function categoryById(db: Knex, id: number): Promise<Category | undefined> {
  const row = await db<CategoryRow>('categories').where({ id }).first();
  return row && categoryOf(row);
}

/** The visible categories in their order. */
export async function visibleCategories(db: Knex): Promise<Category[]> {
  const rows = await db<CategoryRow>('categories').where({ visible: 1 }).orderBy(['sort_order', 'id']);
  return rows.map((row) => categoryOf(row as CategoryRow));
}

function categoryOf({ id, parent_id, name, sort_order, visible }: CategoryRow): Category {
  return { id, parentId: parent_id, name, sortOrder: sort_order, visible: visible === 1 };
}
