/** Calls to a registry that speaks JSON over HTTP: a base URL, a time limit and a size limit for each. */
import { createTransport, discardBody, readBody } from '../http/transport.ts';

/** One call. */
export interface RegistryCall {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the base URL, with its query. */
  path: string;
  body?: object;
  signal?: AbortSignal;
  /** Milliseconds for the whole answer; 5,000 by default. */
  timeout?: number;
}

/** An answer, whatever its status; the body is undefined when there is none. */
export interface RegistryAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: unknown;
}

/** A line to one registry. */
export interface RegistryHttp {
  /** Throws when there is no answer in time, or none that is JSON. */
  call(call: RegistryCall): Promise<RegistryAnswer>;
  close(): Promise<void>;
}

/** Bytes of the longest answer that is read: some 10,000 instances. */
const LARGEST = 16 * 1024 * 1024;

/** Opens a line; credentials in the URL are sent as basic authentication. */
export function createRegistryHttp(url: string, headers: Record<string, string> = {}): RegistryHttp {
  const { origin, pathname, username, password } = new URL(url);
  const base = pathname.replace(/\/+$/, '');
  const always: Record<string, string> = { accept: 'application/json', ...headers };
  if (username !== '') always.authorization = basic(username, password);
  // The time limit is each call's own: a blocking query takes longer than any other.
  const transport = createTransport({ connections: 64, headersTimeout: 0, bodyTimeout: 0 });
  return {
    async call({ method, path, body, signal, timeout = 5_000 }) {
      const limit = timeLimit(timeout, signal);
      try {
        const sent: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
        const answer = await transport.request({
          ...{ origin, path: base + path, method, headers: { ...always, ...sent } },
          ...{ body: body === undefined ? undefined : JSON.stringify(body), signal: limit.signal },
        });
        if (answer.status >= 400) {
          discardBody(answer.body);
          return { status: answer.status, headers: answer.headers, body: undefined };
        }
        const text = (await readBody(answer.body, LARGEST))?.toString('utf8');
        if (text === undefined) throw new Error(`found more than ${LARGEST} bytes`);
        return { status: answer.status, headers: answer.headers, body: jsonOf(text, method) };
      } finally {
        limit.clear();
      }
    },
    close: () => transport.close(),
  };
}

/** Refuses an answer that is none of the expected ones; the text of the body is nobody's business here. */
export function expectStatus({ status }: RegistryAnswer, ...expected: number[]): void {
  if (!expected.includes(status))
    throw new Error(`found status ${status}, expected ${expected.join(' or ')}`);
}

/** Only what is asked for must be JSON: some registries answer a change with plain text. */
function jsonOf(text: string, method: string): unknown {
  if (method !== 'GET' || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('found an answer that is not JSON', { cause: error });
  }
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** A signal after `ms` or with another, whose timer does not outlive the call. */
function timeLimit(ms: number, other: AbortSignal | undefined): { signal: AbortSignal; clear(): void } {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms);
  const signal = other === undefined ? late.signal : AbortSignal.any([other, late.signal]);
  return { signal, clear: () => clearTimeout(timer) };
}
