/** The admin API of the facade: status, routes, metrics, health. On its own address, never through the facade. */
import express, { type ErrorRequestHandler, type Express } from 'express';
import { authorize } from '../../chassis/admin/authorize.ts';
import { readJsonBody, withBodyError } from '../../chassis/admin/read-body.ts';
import { describeError, KitError } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import { facadeErrors } from '../errors.ts';
import { dividedGroups } from '../toggles/route-group.ts';
import { auditRouter } from './audit-router.ts';
import type { AdminDeps } from './deps.ts';
import { explainRouter } from './explain-router.ts';
import { groupsRouter } from './groups-router.ts';
import { quarantinedViews, routeSummary } from './present.ts';
import { routesRouter } from './routes-router.ts';
import { upstreamView } from './upstream-view.ts';
import type { StatusView } from './views.ts';

/** Makes the API. */
export function createAdminApi(deps: AdminDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => {
    if (!deps.health.handle(request, response)) next();
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await deps.metrics.expose();
    response.setHeader('content-type', contentType);
    response.end(body);
  });
  app.use('/api', authorize({ ...deps, reads: ['/explain'] }), readJsonBody());
  app.get('/api/status', async (_request, response) => {
    response.json(await status(deps));
  });
  app.use('/api/routes', routesRouter(deps));
  app.use('/api/groups', groupsRouter(deps));
  app.use('/api/audit', auditRouter(deps));
  app.use('/api/explain', explainRouter(deps));
  app.use((request, _response, next) => {
    next(
      facadeErrors.error('REQUEST_INVALID', {
        found: `${request.method} ${request.path}`,
        expected: 'a path of the admin API',
      }),
    );
  });
  app.use(answerError(deps.log));
  return app;
}

async function status({
  inForce,
  resolver,
  judge,
  startedAt,
  configProblem,
  restartNeeded,
}: AdminDeps): Promise<StatusView> {
  const { snapshot, upstreams } = inForce.view();
  const { file, version, loadedAt, config } = snapshot.loaded;
  const problem = configProblem();
  return {
    process: 'facade',
    startedAt,
    config: {
      file,
      version,
      loadedAt,
      valid: problem === undefined,
      problem: problem === undefined ? undefined : describeError(problem),
      restartNeeded: restartNeeded(),
    },
    store: { kind: config.store.kind, available: inForce.toggles().current },
    upstreams: [...upstreams].map(([name, one]) =>
      upstreamView(one, config.upstreams[name]!.where, resolver),
    ),
    routes: await Promise.all(snapshot.routes.map(async (route) => routeSummary(route, await judge(route)))),
    quarantined: quarantinedViews(snapshot.loaded),
    divided: dividedGroups(snapshot.routes),
  };
}

function answerError(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const known = withBodyError(error);
    const { status, ...shown } = describeError(known);
    if (!(known instanceof KitError)) log.error('admin request failed', { path: request.path, error });
    response.status(status).json(shown);
  };
}
