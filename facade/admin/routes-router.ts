/** `/api/routes`: where each route stands, what speaks for it, and the changes. */
import { type Request, Router } from 'express';
import { facadeErrors } from '../errors.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { refuseNeverGood } from '../toggles/quarantined-step.ts';
import { dividedGroups } from '../toggles/route-group.ts';
import { changeBy } from './change-by.ts';
import type { AdminDeps } from './deps.ts';
import { promoteInput, readInput, rollbackInput, stageInput } from './input.ts';
import { evidenceView, quarantinedViews, routeSummary, routeView } from './present.ts';
import type { EvidenceView, HistoryView, RoutesView, RouteView } from './views.ts';

const HISTORY_LIMIT = 100;

/** Makes the router. */
export function routesRouter({ inForce, judge, control, toggles, clock }: AdminDeps): Router {
  const router = Router();
  const find = ({ params }: Request): ActiveRoute => {
    const { snapshot } = inForce.view();
    const { byId } = snapshot;
    const route = byId.get(String(params.id));
    if (route !== undefined) return route;
    refuseNeverGood(snapshot, String(params.id));
    throw facadeErrors.error('ROUTE_UNKNOWN', {
      found: String(params.id),
      known: [...byId.keys()].join(', '),
    });
  };
  const show = async (route: ActiveRoute): Promise<RouteView> =>
    routeView(route, await judge(route), clock.now());

  router.get('/', async (_request, response) => {
    const { routes, loaded } = inForce.view().snapshot;
    const shown = await Promise.all(routes.map(async (route) => routeSummary(route, await judge(route))));
    response.json({
      routes: shown,
      quarantined: quarantinedViews(loaded),
      divided: dividedGroups(routes),
    } satisfies RoutesView);
  });
  router.get('/:id', async (request, response) => {
    response.json(await show(find(request)));
  });
  router.get('/:id/evidence', async (request, response) => {
    const route = find(request);
    response.json(evidenceView(route, await judge(route)) satisfies EvidenceView);
  });
  router.get('/:id/history', async (request, response) => {
    const route = String(request.params.id);
    const entries = await toggles.history(route, HISTORY_LIMIT);
    // A route that was taken out of the file has a history all the same.
    if (entries.length === 0) find(request);
    response.json({ route, entries } satisfies HistoryView);
  });
  router.put('/:id/stage', async (request, response) => {
    const { stage, percent, ...change } = readInput(stageInput, request.body);
    const route = find(request);
    if (stage === 'canary' && percent === undefined && route.effective.stage !== 'canary') {
      throw facadeErrors.error('REQUEST_INVALID', {
        found: 'no percent',
        expected: 'a percent for the stage canary',
      });
    }
    const share = stage === 'canary' ? (percent ?? route.effective.percent) : 0;
    const [moved] = await control.set(
      { route: route.config.id },
      { stage, percent: share },
      changeBy(response, change),
    );
    response.json(await show(moved!));
  });
  router.post('/:id/promote', async (request, response) => {
    const { percent, ...change } = readInput(promoteInput, request.body);
    const [moved] = await control.promote(
      { route: find(request).config.id },
      percent,
      changeBy(response, change),
    );
    response.json(await show(moved!));
  });
  router.post('/:id/rollback', async (request, response) => {
    const change = readInput(rollbackInput, request.body);
    const [moved] = await control.rollback({ route: find(request).config.id }, changeBy(response, change));
    response.json(await show(moved!));
  });
  return router;
}
