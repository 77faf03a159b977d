/** The series of the metrics of requests, each looked up by its labels once. */
import type { Counter, Histogram, Observer } from '../../chassis/metrics.ts';
import type { Tally } from '../../chassis/tally.ts';
import type { RequestOutcome } from './request-outcome.ts';

/** What is counted of the requests of one route to one upstream. */
export interface RequestSeries {
  /** Seconds. */
  duration: Observer;
  outcome(outcome: RequestOutcome): Pick<Tally, 'add'>;
}

/** Makes the look-up of series by route and upstream; there are no more of them than the config has named. */
export function createRequestSeries(
  requests: Counter,
  durations: Histogram,
): (route: string, upstream: string) => RequestSeries {
  const byRoute = new Map<string, Map<string, RequestSeries>>();
  const open = (route: string, upstream: string): RequestSeries => {
    const tallies = new Map<RequestOutcome, Pick<Tally, 'add'>>();
    return {
      duration: durations.of({ route, upstream }),
      outcome: (outcome) => entry(tallies, outcome, () => requests.of({ route, upstream, outcome })),
    };
  };
  return (route, upstream) => {
    const known = byRoute.get(route)?.get(upstream);
    if (known !== undefined) return known;
    return entry(
      entry(byRoute, route, () => new Map()),
      upstream,
      () => open(route, upstream),
    );
  };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
