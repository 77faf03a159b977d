/** An answer's body on its way to the client, over Node's own client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyObserver } from './forwarder.ts';
import { atTurnEnd } from './turn-end.ts';

/**
 * Passes the body on, with back-pressure, and ends the answer with it, at the end of the loop's turn. Of a body whose
 * length is known the last piece and the end leave together. It does what `pipe` does, with two listeners instead of
 * fourteen; that a broken body breaks the client's connection too is the proxy's affair.
 */
export function passBody(
  answer: IncomingMessage,
  response: ServerResponse,
  observer: BodyObserver | undefined,
): void {
  let left = Number(answer.headers['content-length']);
  let whole = false;
  answer.on('data', (data: Buffer) => {
    observer?.chunk(data);
    left -= data.length;
    if (left === 0) {
      whole = true;
      atTurnEnd(response, () => response.end(data));
    } else if (!response.write(data)) {
      answer.pause();
      response.once('drain', () => answer.resume());
    }
  });
  answer.once('end', () => {
    observer?.end();
    if (!whole) atTurnEnd(response, () => response.end());
  });
}
