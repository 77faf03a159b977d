/** What the admin API is made from. */
import type { TokenHolder } from '../../chassis/admin/token-holders.ts';
import type { Clock } from '../../chassis/clock.ts';
import type { Resolver } from '../../chassis/discovery/resolver.ts';
import type { Health } from '../../chassis/health.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Metrics } from '../../chassis/metrics.ts';
import type { ChainHead } from '../audit/entry.ts';
import type { JudgeRoute } from '../gates/judgement.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { InForce } from '../in-force.ts';
import type { RouteControl } from '../toggles/route-control.ts';
import type { ToggleStore } from '../toggles/toggle-store.ts';

/** Everything that its routers use. */
export interface AdminDeps {
  inForce: InForce;
  /** Where the instances of upstreams are, and how far that is known. */
  resolver: Resolver;
  judge: JudgeRoute;
  /** Of a token in a request to explain. */
  judgeToken: Gateway['judge'];
  control: RouteControl;
  toggles: ToggleStore;
  health: Health;
  metrics: Metrics;
  log: Logger;
  clock: Clock;
  /** The end of the audit as this facade has seen it. */
  auditHead: () => ChainHead | undefined;
  /** None: nothing can be changed over HTTP. */
  holders: () => readonly TokenHolder[];
  startedAt: number;
  /** Edited keys that count only after a restart. */
  restartNeeded: () => string[];
  /** The last edit of the config file that could not be put in force, while it stands. */
  configProblem: () => unknown;
}
