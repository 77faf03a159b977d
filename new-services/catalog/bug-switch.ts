/** The bug that the demo plants: on or off by the environment, and at run time over HTTP from this machine only. */
import { json, Router } from 'express';
import { defineErrors, EXIT } from 'strangler-kit/chassis';
import type { Bug } from './products/money.ts';

export const bugErrors = defineErrors({
  CATALOG_BUG_UNKNOWN: {
    status: 400,
    exit: EXIT.usage,
    message: ({ found }) => `Found the bug ${found}, expected "rounding" or none.`,
    remedy: 'Send {"bug":"rounding"} or {"bug":null}, or set CATALOG_BUG to rounding or nothing.',
  },
});

/** The bug in force. */
export interface BugSwitch {
  current(): Bug;
  set(bug: Bug): void;
}

/** Reads a bug's name; raises CATALOG_BUG_UNKNOWN. */
export function bugOf(value: unknown): Bug {
  if (value === undefined || value === null || value === '') return null;
  if (value === 'rounding') return value;
  throw bugErrors.error('CATALOG_BUG_UNKNOWN', { found: JSON.stringify(value) });
}

/** Makes a switch. */
export function createBugSwitch(initial: Bug): BugSwitch {
  let bug = initial;
  return {
    current: () => bug,
    set: (next) => {
      bug = next;
    },
  };
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** PUT /demo/bug `{"bug":"rounding"|null}`; for callers on other machines there is no such path. */
export function bugRoutes(bug: BugSwitch): Router {
  const router = Router();
  router.put('/demo/bug', json(), (request, response, next) => {
    if (!LOOPBACK.has(request.socket.remoteAddress ?? '')) return next();
    bug.set(bugOf((request.body as { bug?: unknown } | undefined)?.bug));
    response.json({ bug: bug.current() });
  });
  return router;
}
