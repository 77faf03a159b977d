/** Watches the routes whose answers clients get from a service, and takes them back when their gate fails. */
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import type { InForce } from '../in-force.ts';
import { type Position, steppedDown } from '../routing/stage.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { RouteControl } from '../toggles/route-control.ts';
import type { Judgement, JudgeRoute } from './judgement.ts';

/** What the guard needs; `interval` (ms) between two rounds is 2,000 by default. */
export interface GuardOptions {
  inForce: InForce;
  judge: JudgeRoute;
  control: RouteControl;
  log: Logger;
  interval?: number;
}

/** The guard as a loop. */
export interface Guard {
  /** One round now. */
  round(): Promise<void>;
  close(): void;
}

/** Starts the guard. */
export function createGuard({ inForce, judge, control, log, interval = 2_000 }: GuardOptions): Guard {
  let running: Promise<void> | undefined;
  const round = async () => {
    for (const route of inForce.view().snapshot.routes) {
      if (route.effective.stage !== 'canary' && route.effective.stage !== 'live') continue;
      const judgement = await judge(route);
      if (judgement.gate.verdict === 'fail') await act(route, judgement);
    }
  };
  const act = async (route: ActiveRoute, judgement: Judgement) => {
    const to = target(route);
    const failed = judgement.gate.checks.filter(({ verdict }) => verdict === 'fail');
    const reason = failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ');
    if (to === undefined) return log.debug('gate fails; route is frozen', { route: route.config.id, reason });
    log.warn('gate fails; the guard takes the route back', { route: route.config.id, to: to.stage, reason });
    await control.guard(route, to, reason, judgement);
  };
  const once = () => {
    running ??= round()
      .catch((error) => log.warn('guard round failed', { error: messageOf(error) }))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const timer = setInterval(once, interval);
  timer.unref();
  return { round: once, close: () => clearInterval(timer) };
}

/** Where the route's policy sends it; undefined: it stays, and goes no further while the gate fails. */
function target({ config, effective }: ActiveRoute): Position | undefined {
  switch (config.onFail) {
    case 'rollback':
      return { stage: 'legacy', percent: 0 };
    case 'step-down':
      return steppedDown(effective, config.steps);
    case 'freeze':
      return undefined;
  }
}
