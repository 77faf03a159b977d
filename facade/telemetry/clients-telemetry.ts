/** How many requests are under way, as a metric. */
import type { Metrics } from '../../chassis/metrics.ts';
import type { WaitingClients } from '../waiting-clients.ts';

/** Adds the metric; it is filled when it is asked for. */
export function addClientsTelemetry(metrics: Metrics, clients: Pick<WaitingClients, 'count'>): void {
  metrics.collect(
    {
      name: 'strangler_facade_requests_open',
      help: 'Requests whose clients wait for an answer, or for the end of one.',
    },
    (gauge) => gauge.set({}, clients.count),
  );
}
