/** Which routes are not in force as the config file writes them, as a metric. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import type { Metrics } from '../../chassis/metrics.ts';

/** Adds the metric; it is filled when it is asked for. */
export function addQuarantineTelemetry(metrics: Metrics, loaded: () => LoadedConfig): void {
  metrics.collect(
    {
      name: 'strangler_route_quarantined',
      help: '1 while the entry of the route in the config file is broken; its last good form stays, where it had one.',
      labels: ['route'],
    },
    (gauge) => {
      const { config, quarantined } = loaded();
      for (const { id } of config.routes) gauge.set({ route: id }, 0);
      for (const id of quarantined.keys()) gauge.set({ route: id }, 1);
    },
  );
}
