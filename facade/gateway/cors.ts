/** Pure. Cross-origin resource sharing (WHATWG Fetch, "CORS protocol"): the facade's answers in place of the upstreams'. */
import type { CorsConfig } from '../../chassis/config/schema/access.ts';

/** The parts of a request that browsers ask permission with. */
export interface CorsRequest {
  method?: string | undefined;
  headers: Record<string, string | string[] | undefined>;
}

/** The answer to a preflight; headers are name, value, name, value. */
export interface PreflightAnswer {
  allowed: boolean;
  headers: string[];
}

/** The method a browser asks permission for; undefined: the request is no preflight. */
export function preflightMethod({ method, headers }: CorsRequest): string | undefined {
  if (method !== 'OPTIONS' || headers.origin === undefined) return undefined;
  const asked = headers['access-control-request-method'];
  return typeof asked === 'string' ? asked : undefined;
}

/** Decides a preflight. */
export function answerPreflight(cors: CorsConfig, { headers }: CorsRequest, method: string): PreflightAnswer {
  const vary = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers'];
  const origin = allowedOrigin(cors, headers.origin);
  if (origin === undefined || !cors.methods.includes(method) || !allowsHeaders(cors, headers)) {
    return { allowed: false, headers: vary };
  }
  const sent = ['access-control-allow-origin', origin];
  sent.push('access-control-allow-methods', cors.methods.join(', '));
  if (cors.headers.length > 0) sent.push('access-control-allow-headers', cors.headers.join(', '));
  if (cors.credentials) sent.push('access-control-allow-credentials', 'true');
  sent.push('access-control-max-age', String(Math.floor(cors.maxAge / 1_000)), ...vary);
  return { allowed: true, headers: sent };
}

/** The headers of any other answer. `Vary` stands on every one, or a cache would hand one origin's to another. */
export function corsHeaders(cors: CorsConfig, { headers }: CorsRequest): string[] {
  const sent = cors.origins.includes('*') ? [] : ['vary', 'Origin'];
  const origin = allowedOrigin(cors, headers.origin);
  if (origin === undefined) return sent;
  sent.push('access-control-allow-origin', origin);
  if (cors.credentials) sent.push('access-control-allow-credentials', 'true');
  if (cors.expose.length > 0) sent.push('access-control-expose-headers', cors.expose.join(', '));
  return sent;
}

function allowedOrigin({ origins }: CorsConfig, origin: string | string[] | undefined): string | undefined {
  if (typeof origin !== 'string') return undefined;
  if (origins.includes('*')) return '*';
  return origins.includes(origin) ? origin : undefined;
}

function allowsHeaders({ headers: allowed }: CorsConfig, headers: CorsRequest['headers']): boolean {
  const asked = headers['access-control-request-headers'];
  if (asked === undefined || asked === '') return true;
  const known = new Set(allowed.map((name) => name.toLowerCase()));
  return String(asked)
    .split(',')
    .every((name) => known.has(name.trim().toLowerCase()));
}
