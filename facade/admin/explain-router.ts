/** `POST /api/explain`: what would become of a request. It changes nothing; the body is only too large for a URL. */
import { Router } from 'express';
import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { explainedRequest, explainInput } from '../explain/input.ts';
import { credentialsOf } from '../gateway/credentials.ts';
import type { AdminDeps } from './deps.ts';
import { readInput } from './input.ts';

/** Makes the router. */
export function explainRouter({
  inForce,
  judgeToken,
  clock,
}: Pick<AdminDeps, 'inForce' | 'judgeToken' | 'clock'>): Router {
  const router = Router();
  router.post('/', async (request, response) => {
    const view = inForce.view();
    const { facade, auth } = view.snapshot.loaded.config;
    const { host, port } = facade.listen;
    const asked = explainedRequest(readInput(explainInput, request.body), `${host}:${port}`);
    const shown = credentialsOf(asked.rawHeaders, auth.jwt !== undefined, undefined);
    const judged = shown.kind === 'jwt' ? await judgeToken(shown.token, auth) : undefined;
    response.json(explain(view, { ...asked, judged }, clock.now()) satisfies Explanation);
  });
  return router;
}
