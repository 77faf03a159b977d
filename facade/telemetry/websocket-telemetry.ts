/** How many WebSockets are open, as a metric. */
import type { Metrics } from '../../chassis/metrics.ts';
import type { Connections } from '../websocket/connections.ts';

/** Adds the metric; it is filled when it is asked for. */
export function addWebSocketTelemetry(
  metrics: Metrics,
  websockets: Pick<Connections, 'open'>,
  upstreams: () => Iterable<string>,
): void {
  metrics.collect(
    {
      name: 'strangler_facade_websockets_open',
      help: 'WebSockets that are open or being opened, by the upstream that they stay with.',
      labels: ['upstream'],
    },
    (gauge) => {
      for (const upstream of upstreams()) gauge.set({ upstream }, 0);
      for (const [upstream, count] of websockets.open()) gauge.set({ upstream }, count);
    },
  );
}
