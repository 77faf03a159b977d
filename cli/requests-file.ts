/** Pure. The file of requests that `compare replay` sends: one request a line. */
import { cliErrors } from './errors.ts';

/** One recorded request. */
export interface RecordedRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
}

const PLAIN = /^([A-Z]+) (\/\S*)$/;

/**
 * `GET /path` or `{"method":"GET","path":"/path","headers":{}}` on each line; empty lines and lines that start
 * with `#` are passed over. Raises REQUESTS_UNREADABLE with the line.
 */
export function parseRequests(text: string, file: string): RecordedRequest[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const request = line.startsWith('{') ? fromJson(line) : fromPlain(line);
    if (request === undefined) {
      throw cliErrors.error('REQUESTS_UNREADABLE', { file, line: index + 1, found: line.slice(0, 60) });
    }
    return [request];
  });
}

function fromPlain(line: string): RecordedRequest | undefined {
  const [, method, path] = PLAIN.exec(line) ?? [];
  return method === undefined || path === undefined ? undefined : { method, path, headers: {} };
}

function fromJson(line: string): RecordedRequest | undefined {
  try {
    const { method = 'GET', path, headers = {} } = JSON.parse(line) as Partial<RecordedRequest>;
    if (typeof method !== 'string' || typeof path !== 'string' || !isHeaders(headers)) return undefined;
    return PLAIN.test(`${method} ${path}`) ? { method, path, headers } : undefined;
  } catch {
    return undefined;
  }
}

function isHeaders(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}
