/** An upstream's answer on its way to the client. */
import { forwardingErrors } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { AnswerHead, BodyObserver } from './forwarder.ts';
import { reasonOf } from './passable.ts';
import { responseHeaders, withoutLength } from './response-headers.ts';

/** Sees each answer's head, and its body when it returns an observer; it must not throw. */
export type AnswerTap = (exchange: Exchange, answer: AnswerHead) => BodyObserver | undefined;

/** Writes the head of an answer; its body follows from the forwarder. Nothing has changed when it throws. */
export function passAnswer(exchange: Exchange, answer: AnswerHead, tap: AnswerTap): BodyObserver | undefined {
  const { response, route } = exchange;
  const { statusCode = 502, rawHeaders } = answer;
  const headers = statusCode === 204 ? withoutLength(rawHeaders) : rawHeaders;
  response.writeHead(
    statusCode,
    reasonOf(answer),
    responseHeaders(headers, exchange.requestId, exchange.answerHeaders, exchange.ownsCors),
  );
  clearTimeout(exchange.deadline);
  exchange.status = statusCode;
  exchange.failure = undefined;
  // The head must not wait for a body that is still to come (event streams, slow reports); `flushHeaders` would
  // write what is not ASCII in it as UTF-8.
  if (answer.headers['content-length'] === undefined) response.write('', 'latin1');
  if (route?.config.idle !== undefined) limitIdle(exchange, route.config.idle);
  return tap(exchange, answer);
}

/** Cuts an answer of which nothing moves for `idle` milliseconds, whoever is the slow one. */
function limitIdle(exchange: Exchange, idle: number): void {
  const { response } = exchange;
  response.setTimeout(idle, () => exchange.attempt?.giveUp(forwardingErrors.error('ANSWER_IDLE', { idle })));
  response.once('finish', () => response.setTimeout(0));
}
