/** Where calls to an instance go that pass its forwarder by, and what they must change themselves. */
import type { RewriteConfig } from '../../chassis/config/schema/rewrite.ts';
import { compileRewrite, type Rewrite } from '../rewriting/rewrite.ts';

/** One instance's URL in its parts. */
export interface Address {
  /** Scheme, host and port. */
  origin: string;
  /** What stands before each path; empty for most. */
  prefix: string;
  /** What changes between the clients and it; undefined: nothing. */
  rewrite: Rewrite | undefined;
}

/** Makes the look-up by URL; each is worked out once. */
export function createAddresses(config: RewriteConfig): (url: string) => Address {
  const known = new Map<string, Address>();
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) return found;
    const { origin, pathname } = new URL(url);
    const address = {
      origin,
      prefix: pathname === '/' ? '' : pathname,
      rewrite: compileRewrite(config, url),
    };
    known.set(url, address);
    return address;
  };
}

/** A path and query as the instance gets them. */
export function pathAt({ prefix, rewrite }: Address, path: string): string {
  return prefix + (rewrite === undefined ? path : rewrite.target(path));
}
