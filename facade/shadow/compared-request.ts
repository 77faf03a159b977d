/**
 * What is kept of an exchange until its comparison is over. The exchange itself holds its socket, its timers and the
 * facade's own answer; what is held over a collection of young objects is copied by it, and clients wait meanwhile.
 */
import type { Exchange } from '../forwarding/exchange.ts';
import type { Headers } from '../forwarding/request-headers.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import type { CapturedAnswer } from './captured-answer.ts';

/** A client's request with the control's answer to it. */
export interface ComparedRequest {
  requestId: string;
  method: string;
  target: RequestTarget;
  /** As they were forwarded. */
  headers: Headers;
  control: CapturedAnswer;
  /** How long the control's answer took, in milliseconds. */
  controlMs: number;
}

/** Takes from an exchange what its comparison needs. */
export function comparedRequest(
  { requestId, request, target, headers }: Exchange,
  control: CapturedAnswer,
  controlMs: number,
): ComparedRequest {
  return { requestId, method: request.method ?? 'GET', target, headers, control, controlMs };
}
