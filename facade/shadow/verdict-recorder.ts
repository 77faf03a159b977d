/** Writes what comparisons come to into evidence and metrics. */
import type { Clock } from '../../chassis/clock.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { Tally } from '../../chassis/tally.ts';
import { clusterOf } from '../comparison/cluster.ts';
import type { Difference } from '../comparison/json-diff.ts';
import type { Outcome, SkipReason } from '../comparison/outcome.ts';
import { examplesOf, shownTarget } from '../comparison/redact.ts';
import { counter } from '../evidence/counters.ts';
import type { EvidenceRecorder } from '../evidence/recorder.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { ComparedRequest } from './compared-request.ts';

/** Records; nothing here throws. */
export interface VerdictRecorder {
  outcome(route: ActiveRoute, request: ComparedRequest, outcome: Outcome): void;
  legacyError(route: ActiveRoute): void;
  skip(route: ActiveRoute, reason: SkipReason): void;
  hits(route: ActiveRoute, hits: ReadonlyMap<string, number>): void;
  latency(route: ActiveRoute, controlMs: number, candidateMs: number): void;
}

/** Makes the recorder. */
export function createVerdictRecorder({
  recorder,
  metrics,
  clock,
}: {
  recorder: EvidenceRecorder;
  metrics: Metrics;
  clock: Clock;
}): VerdictRecorder {
  const comparisons = metrics.counter({
    name: 'strangler_comparisons_total',
    help: 'Comparisons of legacy and service by outcome.',
    labels: ['route', 'outcome'],
  });
  const skipped = metrics.counter({
    name: 'strangler_comparisons_skipped_total',
    help: 'Answers that could have been compared and were not, by reason.',
    labels: ['route', 'reason'],
  });
  const keyOf = ({ config, epoch }: ActiveRoute) => ({ route: config.id, epoch });
  const compared = tallies((route, outcome: Outcome['kind']) => comparisons.of({ route, outcome }));
  const passedOver = tallies((route, reason: SkipReason) => skipped.of({ route, reason }));
  const count = (route: ActiveRoute, kind: Outcome['kind']) => {
    compared(route.config.id, kind).add();
    recorder.count(keyOf(route), counter.outcome(kind));
  };
  const skip = (route: ActiveRoute, reason: SkipReason) => {
    passedOver(route.config.id, reason).add();
    recorder.count(keyOf(route), counter.skip(reason));
  };
  return {
    skip,
    outcome(route, { requestId, method, target }, outcome) {
      if (outcome.kind === 'not-compared') return skip(route, outcome.reason);
      count(route, outcome.kind);
      const differences = differencesOf(outcome);
      if (differences.length === 0) return;
      recorder.mismatch(
        keyOf(route),
        clusterOf(differences, {
          at: clock.now(),
          requestId,
          method,
          path: shownTarget(target),
          differences: examplesOf(differences),
        }),
      );
    },
    legacyError: (route) => count(route, 'legacy-error'),
    hits(route, hits) {
      for (const [path, by] of hits) recorder.count(keyOf(route), counter.rule(path), by);
    },
    latency(route, controlMs, candidateMs) {
      recorder.count(keyOf(route), counter.latency('control', controlMs));
      recorder.count(keyOf(route), counter.latency('candidate', candidateMs));
    },
  };
}

type OneTally = Pick<Tally, 'add'>;

/** Remembers what `make` gives for a route and a label: there are no more of them than the config has named. */
function tallies<Label extends string>(make: (route: string, label: Label) => OneTally) {
  const known = new Map<string, Partial<Record<Label, OneTally>>>();
  return (route: string, label: Label): OneTally => {
    const ofRoute: Partial<Record<Label, OneTally>> = known.get(route) ?? {};
    known.set(route, ofRoute);
    ofRoute[label] ??= make(route, label);
    return ofRoute[label];
  };
}

/** What a reader is shown of an outcome against the service. */
function differencesOf(outcome: Outcome): Difference[] {
  switch (outcome.kind) {
    case 'mismatch':
      return outcome.differences;
    case 'candidate-error':
      return [{ path: 'answer', kind: 'missing', control: 'an answer', candidate: outcome.reason }];
    case 'match-bytes':
    case 'match':
    case 'lag':
    case 'legacy-error':
    case 'not-compared':
      return [];
  }
}
