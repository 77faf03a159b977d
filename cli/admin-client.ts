/** A client of the admin APIs of facade and worker. It holds no state; whatever it can do, the APIs can do. */

import type { ListenAddress } from '../chassis/config/schema/quantities.ts';
import { messageOf } from '../chassis/errors.ts';
import { readBody, type Transport } from '../chassis/http/transport.ts';
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

/** Makes a client. Its calls raise ADMIN_UNREACHABLE, or the error that the API answered with. */
export function createAdminClient({ what, url, token, transport }: AdminClientOptions): AdminClient {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (token !== undefined && method !== 'GET') headers.authorization = `Bearer ${token}`;
    const answer = await transport
      .request({
        origin: url,
        path,
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      })
      .catch((error) => {
        throw cliErrors.error('ADMIN_UNREACHABLE', { what, url, reason: messageOf(error) }, error);
      });
    const text = (await readBody(answer.body, LARGEST_ANSWER))?.toString('utf8') ?? '';
    if (answer.status >= 400) throw remoteError(answer.status, parse(text));
    return parse(text) as T;
  };
  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  };
}

/** The URL of an admin address; a process that listens on every interface is asked on loopback. */
export function adminUrl({ host, port }: ListenAddress): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function parse(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}
