/** A client of the admin APIs of facade and worker. It holds no state; whatever it can do, the APIs can do. */

import { messageOf } from '../chassis/errors.ts';
import { readBody, type Transport, type TransportRequest } from '../chassis/http/transport.ts';
import { cliErrors, remoteError } from './errors.ts';

/** Calls of one admin API; answers are the views that the other side exports. */
export interface AdminClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
}

/** What a client needs; `what` names the process in messages. */
export interface AdminClientOptions {
  what: 'facade' | 'worker';
  url: string;
  token: string | undefined;
  transport: Transport;
}

const LARGEST_ANSWER = 50_000_000;
const ANSWER_WITHIN = 30_000;

/** Makes a client. Its calls raise ADMIN_UNREACHABLE, ADMIN_ANSWER_STRANGE, or the error that the API answered with. */
export function createAdminClient({ what, url, token, transport }: AdminClientOptions): AdminClient {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (token) headers.authorization = `Bearer ${token}`;
    const { status, text } = await exchange({
      path,
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    const view = parse(text);
    if (view === undefined) {
      const found = text === '' ? 'no body' : JSON.stringify(text.slice(0, 60));
      throw cliErrors.error('ADMIN_ANSWER_STRANGE', { what, url, status, found });
    }
    if (status >= 400) throw remoteError(status, view);
    return view as T;
  };
  const exchange = async (request: Omit<TransportRequest, 'origin' | 'signal'>) => {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN);
      const { status, body } = await transport.request({ ...request, origin: url, signal });
      return { status, text: (await readBody(body, LARGEST_ANSWER))?.toString('utf8') ?? '' };
    } catch (error) {
      throw cliErrors.error('ADMIN_UNREACHABLE', { what, url, reason: messageOf(error) }, error);
    }
  };
  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  };
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
