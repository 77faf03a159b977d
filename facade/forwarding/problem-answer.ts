/** The facade's own answers: small problem documents (RFC 9457) that repeat nothing of the request. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers with a problem document; ends the connection when the answer has already begun. */
export function answerProblem(
  response: ServerResponse,
  status: number,
  code: string,
  requestId: string,
): void {
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = problem(status, code, requestId);
  response
    .writeHead(status, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-request-id': requestId,
    })
    .end(response.req.method === 'HEAD' ? undefined : body);
}

/** The same on the raw socket of an upgrade that will not take place. */
export function refuseUpgrade(socket: Duplex, status: number, code: string, requestId: string): void {
  if (socket.destroyed || !socket.writable) return;
  const body = problem(status, code, requestId);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function problem(status: number, code: string, requestId: string): string {
  return JSON.stringify({ title: STATUS_CODES[status], status, code, requestId });
}
