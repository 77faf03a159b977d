/** Liveness (the process runs) and readiness (it may be given work), over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from './errors.ts';

/** A process's health. */
export interface Health {
  /** Adds a check to readiness; it fails by throwing. */
  add(name: string, check: () => Promise<unknown> | unknown): void;
  readiness(): Promise<{ ok: boolean; checks: Record<string, string> }>;
  /** From now on not ready: the process is leaving. */
  drain(): void;
  /** Answers /health/live and /health/ready; false for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Makes a process's health; each check may take `timeout` ms (1,000 by default). */
export function createHealth({ timeout = 1_000 }: { timeout?: number } = {}): Health {
  const checks = new Map<string, () => Promise<unknown> | unknown>();
  let draining = false;

  const readiness = async () => {
    const results = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await verdict(check, timeout)] as const),
    );
    if (draining) results.push(['draining', 'the process is stopping']);
    return { ok: results.every(([, result]) => result === 'ok'), checks: Object.fromEntries(results) };
  };

  return {
    add: (name, check) => void checks.set(name, check),
    readiness,
    drain: () => {
      draining = true;
    },
    handle(request, response) {
      const path = request.url?.split('?')[0];
      if (path === '/health/live') {
        answer(response, 200, { ok: true });
        return true;
      }
      if (path !== '/health/ready') return false;
      void readiness().then((state) => answer(response, state.ok ? 200 : 503, state));
      return true;
    },
  };
}

async function verdict(check: () => Promise<unknown> | unknown, timeout: number): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
  try {
    await Promise.race([check(), promise]);
    return 'ok';
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
