/** The worker's admin API: the only way to see and steer data groups; the CLI and the dashboard are its clients. */
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Clock } from '../../chassis/clock.ts';
import { describeError, KitError } from '../../chassis/errors.ts';
import type { Health } from '../../chassis/health.ts';
import { carriesToken } from '../../chassis/http/bearer-token.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import { migrationErrors } from '../errors.ts';
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
  /** Without a token nothing can be changed. */
  token: string | undefined;
  nudge: () => void;
}

/** The express application. */
export function createApi(deps: ApiDeps): express.Express {
  const { groups, clock, metrics, health, token } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    if (!health.handle(request, response)) next();
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.expose();
    response.type(contentType).send(body);
  });
  app.get('/api/data', async (_request, response) => {
    response.json(await Promise.all(groups.names.map((name) => viewGroup(groups, name, clock.now()))));
  });
  app.get('/api/data/:group', async (request, response) => {
    response.json(await viewGroup(groups, request.params.group, clock.now()));
  });
  app.use('/api', requireToken(token), express.json());
  for (const action of ACTIONS) {
    app.post(`/api/data/:group/${action}`, async (request: Request<{ group: string }>, response) => {
      const group = await groups.open(request.params.group);
      const fresh = request.query.fresh === '1' || request.body?.fresh === true;
      const report = await act(group, action, { fresh });
      deps.log.info('asked', { group: group.name, action, fresh });
      deps.nudge();
      response.status(202).json({ group: group.name, status: `/api/data/${group.name}`, ...report });
    });
  }
  app.use((_request, response) => void response.status(404).json(notFound));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    if (!(error instanceof KitError)) deps.log.error('admin request failed', { error });
    const { status, ...body } = describeError(error);
    response.status(status).json(body);
  });
  return app;
}

const notFound = {
  code: 'NOT_FOUND',
  message: 'No such path.',
  remedy: 'See /api/data, /metrics, /health/live and /health/ready.',
};

function requireToken(token: string | undefined) {
  return (request: Request, _response: Response, next: NextFunction) => {
    const allowed = token && carriesToken(request.headers.authorization, token);
    next(allowed ? undefined : migrationErrors.error('ADMIN_FORBIDDEN'));
  };
}
