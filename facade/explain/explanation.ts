/** What the explanation of one request says; times in milliseconds. */
import type { CredentialKind } from '../../chassis/config/schema/auth.ts';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { TargetPolicy } from '../admission/rules.ts';
import type { Assignment, Side } from '../routing/assignment.ts';
import type { OverrideResult } from '../routing/override-token.ts';
import type { TargetProblem } from '../routing/request-target.ts';
import type { Ineligible } from '../shadow/eligibility.ts';

/** A request, and what would become of it. */
export interface Explanation {
  request: { method: string; url: string; host: string; client: string };
  /** Whether it asks for a WebSocket. */
  upgrade: boolean;
  /** It gets its answer here: no upstream is asked. `by` what; `message` says the rule. */
  refused?: { by: 'admission' | 'origin' | 'gateway'; code: string; status: number; message: string };
  /** Servers could read its path differently. */
  ambiguous?: AmbiguityExplanation;
  /** What is matched and forwarded. */
  target?: { path: string; query: string };
  /** It is put together from several upstreams' answers; no route counts then. */
  aggregate?: AggregateExplanation;
  /** Undefined: no route names it. */
  route?: {
    id: string;
    path: string;
    service: string;
    group?: string;
    stage: Stage;
    percent: number;
    source: 'file' | 'toggle' | 'unknown';
    /** Why its last good form counts, and not what the file writes now. */
    quarantined?: string;
    /** Until an answer of any upstream must have begun. */
    deadline?: number;
  };
  /** Routes of the file that are not there, since they never had a good form; undefined: none. */
  leftOut?: { route: string; reason: string }[];
  /** The routes that came nearest without being the one. */
  losers: { route: string; reason: string }[];
  /** What the gateway asks of it; undefined: nothing. */
  access?: AccessExplanation;
  /** Where the key was found; its value is shortened where it may be a secret. */
  key?: { source: string; value: string; bucket: number };
  override: OverrideResult | 'none';
  /** The tester's token that came with it. */
  token?: TokenExplanation;
  assignment?: Assignment;
  /** Whether the service is asked the same afterwards; undefined: it is not. */
  comparison?: ComparisonExplanation;
  /** Until all of it must be over; undefined: it takes as long as it takes. */
  total?: number;
  /** Whether it may be sent again: by retries, and to the next of the plan. */
  repeatable: boolean;
  /** The upstreams to ask, in order. */
  plan: StepExplanation[];
  /** The same in sentences. */
  why: string[];
}

/** A path that servers could read differently, and the policies over each way to forward it. */
export interface AmbiguityExplanation {
  problem: TargetProblem;
  /** `form`: the policy that would forward it so; `route` undefined: the policy is the facade's. */
  readings: { form: 'pass' | 'normalise'; path: string; route?: string; policy: TargetPolicy }[];
  /** What became of it. */
  applied: TargetPolicy;
}

/** What the gateway asks of a request, and what is known of the answer without asking anybody. */
export interface AccessExplanation {
  auth?: {
    required: boolean;
    kinds: CredentialKind[];
    scopes: string[];
    /** `given`: the identity that came with the question. */
    presented: 'none' | 'given' | 'ambiguous' | CredentialKind;
    /** Who it is, where that can be told. */
    subject?: string;
    /** Of a token that no rule refuses, where the issuer's keys are not known: its signature is not checked. */
    unverified?: true;
    /** Which rule a token breaks; nothing of the token. */
    reason?: string;
  };
  /** Which requests are counted together; how many there were is not looked at. */
  limits: { name: string; requests: number; per: number; key: string }[];
  /** `page`: whether one of the request's origin may read the answer, or send what its preflight asks. */
  cors?: { preflight: boolean; page: 'none' | 'allowed' | 'refused' };
}

/** A tester's token; what it says is told only of one that is good. */
export interface TokenExplanation {
  from: 'header' | 'cookie';
  side?: Side;
  /** Undefined: every route. */
  route?: string;
  /** Why a good one does not count, or why none does. */
  unused?: string;
}

/** Whether answers are compared: of which share of such requests, or why not. */
export interface ComparisonExplanation {
  /** From 0 to 1. */
  sample: number;
  /** Why this request is none of them. */
  skipped?: Ineligible;
}

/** An answer put together. */
export interface AggregateExplanation {
  id: string;
  path: string;
  deadline: number;
  parts: {
    name: string;
    upstream: string;
    /** As the config writes it. */
    path: string;
    required: boolean;
    timeout: number;
    /** Parts whose answers it needs. */
    waitsFor: string[];
    instances: string[];
    breaker: string;
  }[];
}

/** An upstream to ask. */
export interface StepExplanation {
  side: Side;
  upstream: string;
  instances: string[];
  breaker: string;
  /** Until an answer must have begun; undefined: as long as it takes. */
  timeout?: number;
  /** On other instances, within the budget. */
  retries: number;
  rewrite?: RewriteExplanation;
}

/** What changes on the way to the upstream, and back. */
export interface RewriteExplanation {
  /** Undefined: the client's. */
  host?: string;
  /** Path and query as the upstream gets them; undefined: as they are. */
  target?: string;
  /** Whether Location and Content-Location are told in the clients' names. */
  location: boolean;
  /** Domains and paths of cookies, from the upstream's to the clients'. */
  cookies: { from: string; to: string }[];
}
