/** Pure. The declared steps between stages: forward one at a time, back to legacy from any but retired. */
import { STAGES, type Stage } from '../../chassis/config/schema/routes.ts';

/** Where a route stands: its stage and, in canary, the share of keys. */
export interface Position {
  stage: Stage;
  /** 0 to 100. */
  percent: number;
}

const EDGES: Record<Stage, readonly Stage[]> = {
  legacy: ['shadow'],
  shadow: ['canary', 'legacy'],
  canary: ['canary', 'live', 'shadow', 'legacy'],
  live: ['retired', 'canary', 'legacy'],
  retired: [],
};

const NEXT: Record<Stage, Stage | undefined> = {
  legacy: 'shadow',
  shadow: 'canary',
  canary: 'live',
  live: 'retired',
  retired: undefined,
};

/** The stages that may follow without force. */
export function stepsFrom(stage: Stage): readonly Stage[] {
  return EDGES[stage];
}

/** Whether a step stands among the declared ones; staying where one is always does. */
export function isDeclaredStep(from: Stage, to: Stage): boolean {
  return from === to || EDGES[from].includes(to);
}

/** Whether a step gives the service more than it has. */
export function goesFurther(from: Position, to: Position): boolean {
  const steps = STAGES.indexOf(to.stage) - STAGES.indexOf(from.stage);
  return steps > 0 || (steps === 0 && to.stage === 'canary' && to.percent > from.percent);
}

/**
 * Whether a gate guards a step: the ones that give a service its first clients, all clients, or take legacy
 * away. A percent that somebody sets is not guarded: the guard takes it back when it goes wrong. What promote does
 * always is, save the step into shadow.
 */
export function needsGate(from: Stage, to: Stage): boolean {
  return NEXT[from] === to && to !== 'shadow';
}

/**
 * Where promote leads; undefined at the end. In canary it leads to the next of the route's percents (`steps`, growing),
 * and to live after the last. A percent that is given counts instead.
 */
export function promoted(from: Position, steps: readonly number[], percent?: number): Position | undefined {
  const larger = from.stage === 'canary' ? steps.find((one) => one > from.percent) : undefined;
  if (from.stage === 'canary' && (percent ?? larger) !== undefined)
    return { stage: 'canary', percent: percent ?? larger! };
  const stage = NEXT[from.stage];
  if (stage === undefined) return undefined;
  return { stage, percent: stage === 'canary' ? (percent ?? steps[0]!) : 0 };
}

/** One step back, for the `step-down` policy. */
export function steppedDown(from: Position, steps: readonly number[]): Position {
  switch (from.stage) {
    case 'live':
      return { stage: 'canary', percent: steps.at(-1)! };
    case 'canary': {
      const smaller = steps.findLast((one) => one < from.percent);
      return smaller === undefined ? { stage: 'shadow', percent: 0 } : { stage: 'canary', percent: smaller };
    }
    default:
      return { stage: 'legacy', percent: 0 };
  }
}
