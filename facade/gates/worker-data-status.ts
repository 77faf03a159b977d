/** Data status over HTTP, from the worker's admin API: `GET /api/data/:group`. */
import { messageOf } from '../../chassis/errors.ts';
import { readBody, type Transport } from '../../chassis/http/transport.ts';
import type { DataStatus, DataStatusPort } from './data-status.ts';

const LARGEST_ANSWER = 1_000_000;

/**
 * `token` is the facade's own; where the worker has any, it must be one of them. `timeout` in milliseconds, 2,000 by
 * default. A worker that does not answer makes the status unknown.
 */
export function createWorkerDataStatus({
  origin,
  transport,
  token,
  timeout = 2_000,
}: {
  origin: () => string;
  transport: Transport;
  token: string | undefined;
  timeout?: number;
}): DataStatusPort {
  return async (group) => {
    try {
      const { status, body } = await transport.request({
        origin: origin(),
        path: `/api/data/${encodeURIComponent(group)}`,
        method: 'GET',
        headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        signal: AbortSignal.timeout(timeout),
      });
      const text = (await readBody(body, LARGEST_ANSWER))?.toString('utf8') ?? '';
      if (status === 401) return { kind: 'unknown', group, reason: refusal(token) };
      if (status !== 200) return { kind: 'unknown', group, reason: `the worker answered ${status}` };
      return read(group, JSON.parse(text));
    } catch (error) {
      return { kind: 'unknown', group, reason: `the worker cannot be asked (${messageOf(error)})` };
    }
  };
}

function refusal(token: string | undefined): string {
  return token
    ? 'the worker does not know the STRANGLER_ADMIN_TOKEN of this facade (status 401)'
    : 'the worker wants a token, and this facade has no STRANGLER_ADMIN_TOKEN (status 401)';
}

function read(group: string, answer: unknown): DataStatus {
  const { state, caughtUp, lagSeconds, verified } = answer as Record<string, unknown>;
  if (typeof caughtUp !== 'boolean')
    return { kind: 'unknown', group, reason: 'the answer of the worker has no caughtUp' };
  return {
    kind: 'known',
    group,
    state: String(state),
    caughtUp,
    lagSeconds: typeof lagSeconds === 'number' ? lagSeconds : null,
    verified: readVerified(verified),
  };
}

function readVerified(verified: unknown): { clean: boolean; at: number } | null {
  if (typeof verified !== 'object' || verified === null) return null;
  const { clean, at } = verified as Record<string, unknown>;
  return typeof clean === 'boolean' ? { clean, at: typeof at === 'number' ? at : 0 } : null;
}
