/** The demo's routes that go to the catalog service. */
export const ROUTES = ['products-read', 'products-list', 'search', 'categories'] as const;

/** The route that the story looks at closely. */
export const MAIN_ROUTE = 'products-read';
