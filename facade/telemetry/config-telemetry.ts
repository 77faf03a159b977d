/** Whether the config file on disk is the one in force, as a metric. */
import type { Metrics } from '../../chassis/metrics.ts';

/** Makes the metric; it starts valid. */
export function createConfigTelemetry(metrics: Metrics): { valid(now: boolean): void } {
  const gauge = metrics.gauge({
    name: 'strangler_config_valid',
    help: '1 while the config file on disk is in force, 0 while it is invalid and the last good one stays.',
  });
  gauge.set({}, 1);
  return { valid: (now) => gauge.set({}, now ? 1 : 0) };
}
