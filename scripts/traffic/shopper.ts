/** Does one action over HTTP and judges the answer as a client of the shop would. */
import type { Action } from './mix.ts';

/** An action as a request. */
interface Call {
  method: string;
  path: string;
  body?: object;
}

/** What came of an action: the parsed answer, or why it counts as failed. */
export type Outcome =
  | { ok: true; status: number; body: Record<string, unknown> }
  | { ok: false; failure: string };

/** A client with an identity of its own, which decides its side in a canary. */
export interface Shopper {
  id: string;
  perform(action: Action): Promise<Outcome>;
}

/** Makes a shopper; `timeout` in milliseconds is how long it waits for an answer. */
export function createShopper(id: string, target: string, { timeout = 10_000 } = {}): Shopper {
  return {
    id,
    async perform(action) {
      const { method, path, body } = callOf(action);
      try {
        const answer = await fetch(target + path, {
          method,
          headers: { 'x-user-id': id, ...(body && { 'content-type': 'application/json' }) },
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(timeout),
        });
        return judge(action, answer.status, await answer.text());
      } catch (error) {
        return { ok: false, failure: `${method} ${path}: ${reasonOf(error)}` };
      }
    },
  };
}

function callOf(action: Action): Call {
  switch (action.kind) {
    case 'read-product':
      return { method: 'GET', path: `/api/products/${action.id}` };
    case 'list-products':
      return {
        method: 'GET',
        path: `/api/products?page=${action.page}&per_page=10${action.sort && `&sort=${action.sort}`}`,
      };
    case 'search':
      return { method: 'GET', path: `/api/search?q=${encodeURIComponent(action.q)}` };
    case 'read-categories':
      return { method: 'GET', path: '/api/categories' };
    case 'read-countries':
      return { method: 'GET', path: '/api/ref/countries' };
    case 'change-price':
      return { method: 'PUT', path: `/api/products/${action.id}/price`, body: { prc: action.cents } };
    case 'add-product':
      return {
        method: 'POST',
        path: '/api/products',
        body: {
          sku: action.sku,
          name: action.name,
          price: (action.cents / 100).toFixed(2),
          categoryIds: [1],
        },
      };
    case 'delete-product':
      return { method: 'DELETE', path: `/api/products/${action.id}` };
  }
}

function judge(action: Action, status: number, text: string): Outcome {
  const expected = action.kind === 'add-product' ? 201 : 200;
  if (status !== expected)
    return { ok: false, failure: `status ${status}, expected ${expected}: ${text.slice(0, 120)}` };
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null)
      return { ok: true, status, body: body as Record<string, unknown> };
  } catch {
    // Told below, like JSON that is no object.
  }
  return {
    ok: false,
    failure: `status ${status} with a body that is not JSON, or no object: ${text.slice(0, 120)}`,
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return error instanceof Error ? `${error.message}${cause}` : String(error);
}
