/** `POST /api/explain`: what would become of a request. It changes nothing; the body is only too large for a URL. */
import { Router } from 'express';
import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { explainedRequest, explainInput } from '../explain/input.ts';
import type { AdminDeps } from './deps.ts';
import { readInput } from './input.ts';

/** Makes the router. */
export function explainRouter({ inForce, clock }: Pick<AdminDeps, 'inForce' | 'clock'>): Router {
  const router = Router();
  router.post('/', (request, response) => {
    const view = inForce.view();
    const { listen } = view.snapshot.loaded.config.facade;
    const asked = explainedRequest(readInput(explainInput, request.body), `${listen.host}:${listen.port}`);
    response.json(explain(view, asked, clock.now()) satisfies Explanation);
  });
  return router;
}
