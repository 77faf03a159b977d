/** Upstreams as the command shows them. */
import type { DiscoveryView, UpstreamView } from '../facade/admin/upstream-view.ts';
import { time } from './print.ts';

type InstanceView = UpstreamView['instances'][number];

/** A row for the upstream, one for each instance, and one for each breaker that does not let every call pass. */
export function upstreamRows(upstream: UpstreamView, now: number): string[][] {
  const { name, discovery, instances, panic, breaker, breakers, places } = upstream;
  const notes = [
    ...(instances.length === 0 ? ['NO INSTANCE'] : []),
    ...(panic ? ['TOO FEW ARE GOOD: ALL ARE USED'] : []),
    ...(places.waiting > 0 ? [`${places.waiting} WAIT FOR A PLACE`] : []),
  ];
  const row = [`  ${name}`, `breaker ${breaker}`, [discoveryText(discovery, now), ...notes].join(', ')];
  const others = breakers.filter(({ state }) => state !== 'closed');
  return [
    row,
    ...instances.map((one) => ['', '', instanceText(one)]),
    ...others.map(({ route, state }) => ['', `  ${state}`, `for ${route}`]),
  ];
}

function discoveryText(view: DiscoveryView, now: number): string {
  if (view.resolver === 'static') return 'fixed';
  const { resolver, name, state, selfPreservation } = view;
  const place = `${resolver} ${name}`;
  switch (state.kind) {
    case 'fresh':
      return place;
    case 'never-answered':
      return `${place} HAS NOT ANSWERED YET`;
    case 'stale': {
      const since = `for ${time(Math.max(0, now - state.since))}`;
      const kept = selfPreservation ? 'SELF-PRESERVATION' : 'LAST KNOWN GOOD';
      return `${place}: ${kept} ${since} (${state.reason})`;
    }
  }
}

function instanceText({ url, state, inflight, probed, named }: InstanceView): string {
  const notes = [
    stateText(state),
    probeText(probed),
    ...(named || state.kind === 'draining' ? [] : ['not named any more']),
    ...(inflight > 0 ? [`${inflight} under way`] : []),
  ].filter((note) => note !== '');
  return notes.length === 0 ? url : `${url} (${notes.join(', ')})`;
}

function stateText(state: InstanceView['state']): string {
  switch (state.kind) {
    case 'healthy':
      return '';
    case 'slow-start':
      return `starting, ${Math.round(state.share * 100)} %`;
    case 'ejected':
      return `EJECTED until ${new Date(state.until).toISOString()}`;
    case 'unhealthy':
      return 'UNHEALTHY';
    case 'draining':
      return 'draining';
  }
}

function probeText(probed: InstanceView['probed']): string {
  switch (probed?.kind) {
    case undefined:
      return '';
    case 'unproven':
      return 'probing';
    case 'healthy':
      return probed.failures > 0 ? `${probed.failures} failed probe(s)` : '';
    case 'unhealthy':
      return `probing, ${probed.passes} passed`;
  }
}
