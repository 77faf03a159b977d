/** What an explanation is made from: a view in force or read from a file, and a request that was not sent. */
import type { AdmissionRules } from '../admission/rules.ts';
import type { Verified } from '../gateway/json-web-token.ts';
import type { KnownUpstreams, PlannedUpstream } from '../plan.ts';
import type { KeyIdentity } from '../routing/assignment-key.ts';
import type { TrustedPeers } from '../routing/client-address.ts';
import type { Snapshot } from '../snapshot.ts';

/** What is in force, as far as it decides. */
export interface ExplainedView extends KnownUpstreams<ExplainedUpstream> {
  snapshot: Snapshot;
  trusted: TrustedPeers;
  admission: AdmissionRules;
}

/** What is told of an upstream. */
export interface ExplainedUpstream extends PlannedUpstream {
  readonly name: string;
  /** Before a route. */
  breakerState(route?: string): string;
  instances(): readonly { url: string }[];
}

/** A request that was not sent. */
export interface ExplainedRequest {
  method: string;
  /** As in the request line. */
  url: string;
  headers: Record<string, string>;
  rawHeaders: readonly string[];
  httpVersion: string;
  socket: { remoteAddress: string };
  /** Taken for verified. */
  identity: KeyIdentity | undefined;
  /** What the issuer's keys say of its token, where they are known. */
  judged?: Verified | undefined;
}
