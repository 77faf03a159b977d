/** The worker's admin API: the only way to see and steer data groups; the CLI and the dashboard are its clients. */
import express, { type NextFunction, type Request, type Response } from 'express';
import { authorize } from '../../chassis/admin/authorize.ts';
import { callerOf, requireRole } from '../../chassis/admin/caller.ts';
import { readJsonBody, withBodyError } from '../../chassis/admin/read-body.ts';
import type { TokenHolder } from '../../chassis/admin/token-holders.ts';
import type { Clock } from '../../chassis/clock.ts';
import { describeError, KitError } from '../../chassis/errors.ts';
import type { Health } from '../../chassis/health.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import { ACTIONS, act } from './actions.ts';
import type { Groups } from './groups.ts';
import { viewGroup } from './view-group.ts';

/** What the API needs. */
export interface ApiDeps {
  groups: Groups;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  health: Health;
  /** None: nothing can be changed. */
  holders: () => readonly TokenHolder[];
  nudge: () => void;
}

/** The express application. */
export function createApi(deps: ApiDeps): express.Express {
  const { groups, clock, metrics, health } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    if (!health.handle(request, response)) next();
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.expose();
    response.type(contentType).send(body);
  });
  app.use('/api', authorize(deps), readJsonBody());
  app.get('/api/data', async (_request, response) => {
    response.json(await Promise.all(groups.names.map((name) => viewGroup(groups, name, clock.now()))));
  });
  app.get('/api/data/:group', async (request, response) => {
    response.json(await viewGroup(groups, request.params.group, clock.now()));
  });
  for (const action of ACTIONS) {
    app.post(`/api/data/:group/${action}`, async (request: Request<{ group: string }>, response) => {
      const caller = callerOf(response);
      const fresh = request.query.fresh === '1' || request.body?.fresh === true;
      if (fresh) requireRole(caller, 'admin', 'to begin again from nothing');
      const group = await groups.open(request.params.group);
      const report = await act(group, action, { fresh });
      deps.log.info('asked', { group: group.name, action, fresh, by: caller.name });
      deps.nudge();
      response.status(202).json({ group: group.name, status: `/api/data/${group.name}`, ...report });
    });
  }
  app.use((_request, response) => void response.status(404).json(notFound));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const known = withBodyError(error);
    if (!(known instanceof KitError)) deps.log.error('admin request failed', { error });
    const { status, ...body } = describeError(known);
    response.status(status).json(body);
  });
  return app;
}

const notFound = {
  code: 'NOT_FOUND',
  message: 'No such path.',
  remedy: 'See /api/data, /metrics, /health/live and /health/ready.',
};
