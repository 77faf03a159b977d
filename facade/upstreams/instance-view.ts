import type { Health } from './probed-health.ts';
import type { InstanceState } from './standing.ts';

/** One instance, for those who look. */
export interface InstanceView {
  url: string;
  state: InstanceState;
  /** What its probes have shown; undefined where it is not asked. */
  probed?: Health;
  /** Whether discovery names it: one that proves to be well goes on without. */
  named: boolean;
  /** Exchanges under way. */
  inflight: number;
}
