/** One client's request on its way through the facade, from its arrival to the end of the answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Assignment, Side } from '../routing/assignment.ts';
import type { KeyIdentity } from '../routing/assignment-key.ts';
import type { Override } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import type { CapturedAnswer } from '../shadow/captured-answer.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { Instance } from '../upstreams/instance.ts';
import type { Attempt } from './forwarder.ts';
import { type Headers, hasBody } from './request-headers.ts';

/** Stands for the upstream where the facade answered by itself. */
export const FACADE_ALONE = '(facade)';

/** What is known of a request and what became of it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Milliseconds of a monotonic clock. */
  readonly startedAt: number;
  readonly target: RequestTarget;
  /** Undefined: no route names this request, it goes to legacy. */
  readonly route: ActiveRoute | undefined;
  /** Of the config that was in force at its arrival. */
  readonly configVersion: string;
  /** Who sent it, as far as that was verified. */
  identity: KeyIdentity | undefined;
  /** The tester's token that came with it. */
  readonly override: Override;
  /** Legacy alone until it is assigned. */
  assignment: Assignment;
  /** As they are forwarded. */
  readonly headers: Headers;
  /** What the facade adds to the answer: name, value, name, value. */
  answerHeaders: readonly string[];
  /** CORS is the facade's affair: the upstreams' own headers of it are dropped. */
  ownsCors: boolean;
  readonly mark: ShadowMark;
  /** Side and name of the upstream that answered, or was asked last. */
  side: Side;
  upstream: string;
  /** 0 until an answer has begun. */
  status: number;
  /** Why the last attempt failed, or why the answer broke off. */
  failure: string | undefined;
  /** A service failed and legacy answered in its place. */
  fellBack: boolean;
  /** Gives up what the attempt under way still waits for; called when the exchange ends. */
  abandon: (() => void) | undefined;
  /** Runs from when the upstream has the whole request until an answer must have begun. */
  limit: NodeJS.Timeout | undefined;
  /** Runs until an answer of any upstream must have begun; undefined where the route has none. */
  deadline: NodeJS.Timeout | undefined;
  /** The instance that had the whole request when half of the deadline had passed. */
  answerable: Instance | undefined;
  /** Runs until the whole exchange must be over; undefined where there is no such limit. */
  total: NodeJS.Timeout | undefined;
  /** How long (ms) the upstream may take nothing of the body before its answer; undefined: as long as it likes. */
  patience: number | undefined;
  /** The deadline has passed: nothing is tried any more. */
  expired: boolean;
  /** The instance that is being asked; it counts the exchange as one of its own. */
  instance: Instance | undefined;
  /** The attempt under way. */
  attempt: Attempt | undefined;
  /** A copy of the answer, when it is to be compared. */
  capture: CapturedAnswer | undefined;
}

/** Whether the request is itself a shadow call of this kit that came back. */
export type ShadowMark = 'none' | 'own';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether sending the request twice changes nothing, and there is no body to send twice. */
export function isRepeatable({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return SAFE.has(method ?? '') && !hasBody(headers);
}
