/** The body of a request as undici takes it: a stream it may destroy, framed as it came. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Headers } from './request-headers.ts';

/** Of a stream that counts bytes undici would announce the length, once all of it is there. */
const COUNTED_IN_CHUNKS = { readableObjectMode: true, readableHighWaterMark: 1 };

/**
 * The request's body as a stream that undici may destroy: an answer before its end would take the client's
 * connection along otherwise. What nobody takes any more is read and dropped, so that the client sees its answer.
 */
export function bodyOf(request: IncomingMessage, onAbort: () => void): PassThrough {
  const chunked = request.headers['transfer-encoding'] !== undefined;
  const body = new PassThrough(chunked ? COUNTED_IN_CHUNKS : undefined);
  request.pipe(body);
  request.once('error', onAbort);
  body.once('close', () => {
    request.unpipe(body);
    request.resume();
  });
  return body;
}

/** undici chunks by itself what has no length, and refuses to be told so. */
export function withoutChunking(headers: Headers): Headers {
  if (headers['transfer-encoding'] === undefined) return headers;
  return { ...headers, 'transfer-encoding': undefined };
}
