/** Upstreams as the command shows them. */
import type { UpstreamView } from '../facade/admin/views.ts';

type InstanceView = UpstreamView['instances'][number];

/** A row for the upstream, and one for each breaker that does not let every call pass. */
export function upstreamRows({ name, instances, breaker, breakers, places }: UpstreamView): string[][] {
  const waiting = places.waiting > 0 ? `, ${places.waiting} WAIT FOR A PLACE` : '';
  const row = [
    `  ${name}`,
    `breaker ${breaker}`,
    (instances.map(instanceText).join(' ') || 'no instance') + waiting,
  ];
  const others = breakers.filter(({ state }) => state !== 'closed');
  return [row, ...others.map(({ route, state }) => ['', `  ${state}`, `for ${route}`])];
}

function instanceText({ url, state, inflight }: InstanceView): string {
  const busy = inflight > 0 ? `, ${inflight} under way` : '';
  switch (state.kind) {
    case 'healthy':
      return inflight > 0 ? `${url} (${inflight} under way)` : url;
    case 'slow-start':
      return `${url} (starting, ${Math.round(state.share * 100)} %${busy})`;
    case 'ejected':
      return `${url} (EJECTED until ${new Date(state.until).toISOString()}${busy})`;
    case 'unhealthy':
      return `${url} (UNHEALTHY${busy})`;
    case 'draining':
      return `${url} (draining${busy})`;
  }
}
