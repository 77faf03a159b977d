/** `GET /api/audit`: every change of every route, oldest first, for whoever wants to verify the chain. */
import { Router } from 'express';
import type { AdminDeps } from './deps.ts';
import { auditInput, readInput } from './input.ts';
import type { AuditView } from './views.ts';

/** Makes the router. */
export function auditRouter({ toggles, auditHead }: Pick<AdminDeps, 'toggles' | 'auditHead'>): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    const { after, limit } = readInput(auditInput, request.query);
    // Seen before the store is read: what it holds must reach at least as far.
    const seen = auditHead();
    response.json({ ...(await toggles.audit(after, limit)), seen } satisfies AuditView);
  });
  return router;
}
