/**
 * The facade's own answers: problem documents (RFC 9457), or a page for browsers. They repeat nothing of the
 * request but its id, which is letters, digits, `.`, `_` and `-` only.
 */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { endAndForget } from './end-and-forget.ts';
import { prefersHtml } from './prefers-html.ts';
import { hasBody } from './request-headers.ts';

/** Seconds after which a client may try again what found no upstream. */
const RETRY_AFTER = '5';
/** Every method but those that are never forwarded. */
const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const NONE: readonly string[] = [];

/** Answers with a problem; ends the connection when the answer has already begun. `headers`: name, value, name, value. */
export function answerProblem(
  response: ServerResponse,
  status: number,
  code: string,
  requestId: string,
  headers: readonly string[] = NONE,
): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { req: request } = response;
  const { type, body } = prefersHtml(request.headers.accept)
    ? { type: 'text/html; charset=utf-8', body: page(status, code, requestId) }
    : { type: 'application/problem+json', body: problem(status, code, requestId) };
  const own = ['content-type', type, 'content-length', String(Buffer.byteLength(body))];
  own.push('cache-control', 'no-store', 'x-content-type-options', 'nosniff', 'x-request-id', requestId);
  if (status === 503 && !headers.includes('retry-after')) own.push('retry-after', RETRY_AFTER);
  if (status === 405) own.push('allow', ALLOW);
  // What is left of the request is not read, so the connection cannot serve another.
  if (!request.complete && hasBody(request.headers)) own.push('connection', 'close');
  response
    .writeHead(status, STATUS_CODES[status], [...own, ...headers])
    .end(request.method === 'HEAD' ? undefined : body);
}

/** The same on the raw socket of an upgrade that will not take place, or of bytes that are no request. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  code: string,
  requestId: string,
  headers: readonly string[] = NONE,
): void {
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = problem(status, code, requestId);
  const added = status === 405 ? ['allow', ALLOW, ...headers] : headers;
  const lines = Array.from(
    { length: added.length / 2 },
    (_, index) => `${added[2 * index]}: ${added[2 * index + 1]}\r\n`,
  );
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\n${lines.join('')}connection: close\r\n\r\n${body}`,
  );
  endAndForget(socket);
}

function problem(status: number, code: string, requestId: string): string {
  return JSON.stringify({ title: STATUS_CODES[status], status, code, requestId });
}

function page(status: number, code: string, requestId: string): string {
  const title = `${status} ${STATUS_CODES[status]}`;
  const advice = status < 500 ? 'This request cannot be answered.' : 'Please try again in a moment.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>${advice}</p><p><small>${code}, request ${requestId}</small></p></body></html>
`;
}
