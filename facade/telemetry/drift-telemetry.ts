/** Which routes stand elsewhere than the config file or a toggle said, as a metric. */
import type { Metrics } from '../../chassis/metrics.ts';
import type { ActiveRoute } from '../snapshot.ts';
import { driftOf } from '../toggles/drift.ts';

/** Adds the metric; it is filled when it is asked for. */
export function addDriftTelemetry(metrics: Metrics, routes: () => readonly ActiveRoute[]): void {
  metrics.collect(
    {
      name: 'strangler_route_drift',
      help: '1 while a toggle overrides the config file, or a later edit of the file overrode a toggle, or the toggles are not known.',
      labels: ['route'],
    },
    (gauge) => {
      for (const { config, effective } of routes())
        gauge.set({ route: config.id }, driftOf(config, effective) === undefined ? 0 : 1);
    },
  );
}
