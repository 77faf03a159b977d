/** The body of a request as undici takes it: a stream it may destroy, framed as it came. */
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Headers } from './request-headers.ts';

/** Of a stream that counts bytes undici would announce the length, once all of it is there. */
const COUNTED_IN_CHUNKS = { readableObjectMode: true, readableHighWaterMark: 1 };

/**
 * The request's body as a stream that undici may destroy: an answer before its end would take the client's
 * connection along otherwise. Nothing is read until it is told to begin, so that a request that finds no connection
 * can go elsewhere. What nobody takes any more is read and dropped, so that the client sees its answer.
 */
export class RequestBody extends PassThrough {
  #request: IncomingMessage;

  constructor(request: IncomingMessage, onAbort: () => void) {
    super(request.headers['transfer-encoding'] === undefined ? undefined : COUNTED_IN_CHUNKS);
    this.#request = request;
    // Not the client's fault: nobody takes its body yet.
    request.pause();
    request.once('error', onAbort);
  }

  /** There is a connection to send it over. */
  begin(): void {
    const request = this.#request;
    request.pipe(this);
    this.once('close', () => {
      request.unpipe(this);
      request.resume();
    });
  }
}

/** undici chunks by itself what has no length, and refuses to be told so. */
export function withoutChunking(headers: Headers): Headers {
  if (headers['transfer-encoding'] === undefined) return headers;
  return { ...headers, 'transfer-encoding': undefined };
}
