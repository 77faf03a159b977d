/** Pure. The tester's token of a request, and why one that is good does not count. */
import type { Stage } from '../../chassis/config/schema/routes.ts';
import { cookieOf } from '../routing/cookie.ts';
import { OVERRIDE_COOKIE, OVERRIDE_HEADER, type Override } from '../routing/override-token.ts';
import type { TokenExplanation } from './explanation.ts';

/** What is known of the request that brought it. */
export interface TokenBearer {
  headers: Record<string, string | string[] | undefined>;
  override: Override;
  /** Whether it chose the side. */
  applied: boolean;
  /** Whether the config has secrets for tokens. */
  lookedFor: boolean;
  /** Undefined: no route names the request. */
  route: { id: string; stage: Stage } | undefined;
}

/** Undefined: there is none. */
export function explainToken(bearer: TokenBearer): TokenExplanation | undefined {
  const { headers, override, applied, lookedFor, route } = bearer;
  const inHeader = headers[OVERRIDE_HEADER] !== undefined;
  if (!inHeader && cookieOf(headers.cookie, OVERRIDE_COOKIE) === undefined) return undefined;
  const from = inHeader ? 'header' : 'cookie';
  if (!lookedFor) return { from, unused: 'the config has no facade.secrets.overrides' };
  if (override.kind !== 'valid') return { from };
  const { side, route: only } = override;
  const told = { from, side, ...(only !== undefined && { route: only }) } as const;
  if (applied) return told;
  return { ...told, unused: unusedBecause(only, route) };
}

function unusedBecause(only: string | undefined, route: TokenBearer['route']): string {
  if (route === undefined) return 'no route answers the request';
  if (only !== undefined && only !== route.id) return `it is for route ${only}`;
  if (route.stage === 'legacy' || route.stage === 'retired')
    return `at the stage ${route.stage} there is one side alone`;
  return `at the stage ${route.stage} only GET, HEAD and OPTIONS may be sent to that side, and no WebSocket`;
}
