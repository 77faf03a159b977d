/** An upgrade on its way to an upstream, and its end. */
import type { Side } from '../routing/assignment.ts';
import type { Override } from '../routing/override-token.ts';
import type { RequestTarget } from '../routing/request-target.ts';
import type { Headers } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

/** An upgrade that was matched and assigned. */
export interface UpgradePlan {
  requestId: string;
  target: RequestTarget;
  headers: Headers;
  side: Side;
  upstream: Upstream;
  /** Milliseconds until the upstream must have answered. */
  timeout: number;
  /** The tester's token that came with it, and whether the side was chosen by it. */
  override: Override;
  overridden: boolean;
  /** The route's id; undefined: no route names it. */
  route: string | undefined;
  /** What the facade adds to the answer: name, value, name, value. */
  answerHeaders: readonly string[];
  /** CORS is the facade's affair: the upstream's own headers of it are dropped. */
  ownsCors: boolean;
}

/** How an upgrade ended: a failure's code, or the status with which the upstream refused; neither: it was open. */
export interface UpgradeOutcome {
  failure: string | undefined;
  refused: number | undefined;
}
