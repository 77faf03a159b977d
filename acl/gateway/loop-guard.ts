/** Counts how often a request went through a gateway, so that a service and a facade cannot ask each other for ever. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { gatewayErrors } from './errors.ts';

/** The header that carries the count. Not one of the facade's own (`x-strangler-`), which it takes away. */
export const HOPS_HEADER = 'x-gateway-hops';

const MOST_HOPS = 3;
const hops = new AsyncLocalStorage<number>();

/** Runs `fn` with the hops that the incoming request has behind it; a header that is no count is none. */
export function withHops<T>(header: string | string[] | undefined, fn: () => T): T {
  const count = typeof header === 'string' && /^\d{1,3}$/.test(header) ? Number(header) : 0;
  return hops.run(count, fn);
}

/** The header for a call made now. Raises LEGACY_LOOP beyond three hops. */
export function hopsHeader(): Record<string, string> {
  const next = (hops.getStore() ?? 0) + 1;
  if (next > MOST_HOPS) throw gatewayErrors.error('LEGACY_LOOP', { hops: next - 1, limit: MOST_HOPS });
  return { [HOPS_HEADER]: String(next) };
}
