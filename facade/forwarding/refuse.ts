/** The facade's answer when no upstream gave one. */
import { KitError } from '../../chassis/errors.ts';
import type { Exchange } from './exchange.ts';
import { answerProblem } from './problem-answer.ts';

/** Answers with the status and code of `error`, 502 when it is none of ours. */
export function refuse({ response, requestId, answerHeaders }: Exchange, error: unknown): void {
  const status = error instanceof KitError ? error.status : 502;
  answerProblem(response, status, codeOf(error), requestId, answerHeaders);
}

/** What clients and the log are told of an error. */
export function codeOf(error: unknown): string {
  return error instanceof KitError ? error.code : 'UPSTREAM_FAILED';
}
