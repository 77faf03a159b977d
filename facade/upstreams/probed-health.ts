/** Pure. What the probes of an instance make of it. */

/** How often an instance must pass or fail in a row. */
export interface HealthThresholds {
  /** Passed probes until an unhealthy instance is healthy again. */
  healthy: number;
  /** Failed probes until a healthy instance is unhealthy; the very first probe decides alone. */
  unhealthy: number;
}

/** What the probes of an instance have shown. */
export type Health =
  | { kind: 'unproven' }
  | { kind: 'healthy'; failures: number }
  | { kind: 'unhealthy'; passes: number };

/** What one more probe makes of what was known. */
export function afterProbe(
  health: Health,
  passed: boolean,
  { healthy, unhealthy }: HealthThresholds,
): Health {
  switch (health.kind) {
    case 'unproven':
      return passed ? { kind: 'healthy', failures: 0 } : { kind: 'unhealthy', passes: 0 };
    case 'healthy': {
      const failures = passed ? 0 : health.failures + 1;
      return failures >= unhealthy ? { kind: 'unhealthy', passes: 0 } : { kind: 'healthy', failures };
    }
    case 'unhealthy': {
      const passes = passed ? health.passes + 1 : 0;
      return passes >= healthy ? { kind: 'healthy', failures: 0 } : { kind: 'unhealthy', passes };
    }
  }
}
