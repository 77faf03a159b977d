/** Pure. Whether the side that a connection was opened on still answers its route. */
import type { AssignmentRule, Side } from '../routing/assignment.ts';

/** Where a connection was opened. */
export interface OpenedOn {
  side: Side;
  /** The upstream's name. */
  upstream: string;
  /** A tester chose the side. */
  overridden: boolean;
}

/** The route as it is now. */
interface RouteNow {
  rule: Pick<AssignmentRule, 'stage' | 'percent'>;
  config: { service: string };
}

/**
 * In canary both sides answer, and who came in before a percent changed stays: its key is not looked at again. A
 * route that is gone leaves legacy.
 */
export function stillAnswers(opened: OpenedOn, route: RouteNow | undefined, legacy: string): boolean {
  if (opened.upstream !== (opened.side === 'legacy' ? legacy : route?.config.service)) return false;
  if (route === undefined || opened.overridden) return true;
  const { stage, percent } = route.rule;
  switch (stage) {
    case 'legacy':
    case 'shadow':
      return opened.side === 'legacy';
    case 'canary':
      return opened.side === 'legacy' || percent > 0;
    case 'live':
    case 'retired':
      return opened.side === 'service';
  }
}
