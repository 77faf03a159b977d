/** What the explanation of one request says. */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { Assignment, Side } from '../routing/assignment.ts';
import type { OverrideResult } from '../routing/override-token.ts';

/** A request, and what would become of it. */
export interface Explanation {
  request: { method: string; url: string; host: string; client: string };
  /** It is not let in. */
  refused?: { code: string; status: number };
  /** What is matched and forwarded. */
  target?: { path: string; query: string };
  /** Undefined: no route names it. */
  route?: {
    id: string;
    path: string;
    service: string;
    group?: string;
    stage: Stage;
    percent: number;
    source: 'file' | 'toggle';
  };
  /** The routes that came nearest without being the one. */
  losers: { route: string; reason: string }[];
  /** Where the key was found; its value is shortened where it may be a secret. */
  key?: { source: string; value: string; bucket: number };
  override: OverrideResult | 'none';
  assignment?: Assignment;
  /** The upstreams to ask, in order. */
  plan: { side: Side; upstream: string; instances: string[]; breaker: string }[];
  /** The same in sentences. */
  why: string[];
}
