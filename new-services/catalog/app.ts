/** The catalog service's HTTP interface: the monolith's product, search and category endpoints. */
import express, { type Express } from 'express';
import type { Clock, Health, Logger, Metrics } from 'strangler-kit/chassis';
import { bugRoutes } from './bug-switch.ts';
import { categoryRoutes } from './categories/routes.ts';
import { failed, notFound } from './error-answers.ts';
import type { CatalogParts } from './parts.ts';
import { productRoutes } from './products/routes.ts';
import { requestContext } from './request-context.ts';
import { searchRoutes } from './search/routes.ts';

/** Builds the app, not yet listening. `demo` adds the endpoint that plants the bug. */
export function createCatalogApp({
  health,
  log,
  clock,
  metrics,
  demo = false,
  ...parts
}: CatalogParts & { health: Health; log: Logger; clock: Clock; metrics: Metrics; demo?: boolean }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => {
    if (!health.handle(request, response)) next();
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.expose();
    response.type(contentType).send(body);
  });
  app.use(requestContext({ log, clock }));
  if (demo) app.use(bugRoutes(parts.bug));
  app.use(productRoutes(parts), searchRoutes(parts), categoryRoutes(parts));
  app.use(notFound);
  app.use(failed(log));
  return app;
}
