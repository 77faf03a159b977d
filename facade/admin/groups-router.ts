/** `/api/groups`: routes that move together. */
import { type Request, Router } from 'express';
import { facadeErrors } from '../errors.ts';
import { dividedGroups, membersOf } from '../toggles/route-group.ts';
import { changeBy } from './change-by.ts';
import type { AdminDeps } from './deps.ts';
import { promoteInput, readInput, rollbackInput, stageInput } from './input.ts';
import { quarantinedViews, routeView } from './present.ts';
import type { GroupView } from './views.ts';

/** Makes the router. */
export function groupsRouter({ inForce, judge, control, clock }: AdminDeps): Router {
  const router = Router();
  const named = ({ params }: Request) => ({ group: String(params.group) });
  const find = (request: Request) => membersOf(inForce.view().snapshot.routes, named(request).group);
  const isMember = (request: Request, id: string) => find(request).some(({ config }) => config.id === id);
  const show = async (request: Request): Promise<GroupView> => ({
    ...named(request),
    routes: await Promise.all(
      find(request).map(async (route) => routeView(route, await judge(route), clock.now())),
    ),
    quarantined: quarantinedViews(inForce.view().snapshot.loaded).filter(
      ({ route, group }) => group === named(request).group || isMember(request, route),
    ),
    divided: dividedGroups(find(request)).length > 0,
  });

  router.get('/:group', async (request, response) => {
    response.json(await show(request));
  });
  router.put('/:group/stage', async (request, response) => {
    const { stage, percent, ...change } = readInput(stageInput, request.body);
    if (stage === 'canary' && percent === undefined)
      throw facadeErrors.error('REQUEST_INVALID', {
        found: 'no percent',
        expected: 'a percent for the stage canary',
      });
    const share = stage === 'canary' ? percent! : 0;
    await control.set(named(request), { stage, percent: share }, changeBy(response, change));
    response.json(await show(request));
  });
  router.post('/:group/promote', async (request, response) => {
    const { percent, ...change } = readInput(promoteInput, request.body);
    await control.promote(named(request), percent, changeBy(response, change));
    response.json(await show(request));
  });
  router.post('/:group/rollback', async (request, response) => {
    const change = readInput(rollbackInput, request.body);
    await control.rollback(named(request), changeBy(response, change));
    response.json(await show(request));
  });
  return router;
}
