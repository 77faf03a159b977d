/** The request id that travels through facade, services and legacy, and into every log line on the way. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** The header that carries it. */
export const REQUEST_ID_HEADER = 'x-request-id';

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;
const context = new AsyncLocalStorage<string>();

/** The incoming id when it is one (letters, digits, `._-`, at most 128), else a new one. */
export function requestIdOf(header: string | string[] | undefined, newId: () => string): string {
  return typeof header === 'string' && ACCEPTED.test(header) ? header : newId();
}

/** Runs `fn` with the id as the current one. */
export function withRequestId<T>(id: string, fn: () => T): T {
  return context.run(id, fn);
}

/** The id of the request being served, if any. */
export function currentRequestId(): string | undefined {
  return context.getStore();
}
