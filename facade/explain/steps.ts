/** Pure. The upstreams that a request would be asked of: how long, how often, and with what changed on the way. */
import type { StranglerConfig } from '../../chassis/config/schema/config.ts';
import { hasBody } from '../forwarding/request-headers.ts';
import type { PlannedStep } from '../plan.ts';
import { compileRewrite } from '../rewriting/rewrite.ts';
import type { ActiveRoute } from '../snapshot.ts';
import type { ExplainedRequest, ExplainedUpstream } from './explained-view.ts';
import type { RewriteExplanation, StepExplanation } from './explanation.ts';

/** A request that may go on. */
export interface SteppingRequest {
  config: StranglerConfig;
  request: ExplainedRequest;
  /** Path and query as they are forwarded. */
  target: string;
  route: ActiveRoute | undefined;
  upgrade: boolean;
  repeatable: boolean;
}

/** One step of its plan. */
export function explainStep(
  { side, upstream, timeout }: PlannedStep<ExplainedUpstream>,
  asked: SteppingRequest,
): StepExplanation {
  const { config, request, route, upgrade, repeatable } = asked;
  const { name } = upstream;
  const instances = upstream.instances().map(({ url }) => url);
  // The config in force names each upstream that there is.
  const settings = config.upstreams[name]!;
  const routed = name === config.legacy || hasBody(request.headers);
  const limit = upgrade ? undefined : routed ? timeout : settings.timeout;
  const rewrite = explainRewrite(settings.rewrite, instances[0], asked);
  return {
    ...{ side, upstream: name, instances, breaker: upstream.breakerState(route?.config.id) },
    ...(limit !== undefined && { timeout: limit }),
    retries: repeatable && instances.length > 1 && !wasRetried(request) ? settings.retries : 0,
    ...(rewrite && { rewrite }),
  };
}

/** Whoever sent it has the retries, so that they do not multiply. */
function wasRetried({ headers }: ExplainedRequest): boolean {
  return headers['x-retry-attempt'] !== undefined;
}

/** By one instance: that of another differs in nothing but its own host. */
function explainRewrite(
  rules: StranglerConfig['upstreams'][string]['rewrite'],
  instance: string | undefined,
  { target, request }: SteppingRequest,
): RewriteExplanation | undefined {
  const rewrite = instance === undefined ? undefined : compileRewrite(rules, instance);
  if (rewrite === undefined) return undefined;
  const { host } = rewrite.request({ host: request.headers.host });
  const rewritten = rewrite.target(target);
  return {
    ...(rules.host !== 'preserve' && { host: String(host) }),
    ...(rewritten !== target && { target: rewritten }),
    location: rules.location,
    cookies: [rules.cookieDomain, rules.cookiePath].flatMap((map) =>
      Object.entries(map).map(([from, to]) => ({ from, to })),
    ),
  };
}
