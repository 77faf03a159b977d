/** Where the instances of a service are: the port, and the resolver of a fixed list. */

/** One instance of a service. */
export interface Instance {
  id: string;
  url: string;
}

/**
 * Why what a registry says is not what is answered: it gives no answer; every lease has run out, or many
 * did at once; it named instances a moment ago and now names none; it has lost its memory.
 */
export type StaleReason = 'unreachable' | 'all-expired' | 'many-expired' | 'emptied' | 'forgotten';

/** How far what is known can be trusted; `since` in milliseconds since the epoch. */
export type ResolverState =
  | { kind: 'never-answered' }
  | { kind: 'fresh' }
  | { kind: 'stale'; since: number; reason: StaleReason };

/** Answers at once from what is known; never asks the registry in the path of a request. */
export interface Resolver {
  /** The same array until something changes; empty for a name that is not followed. */
  instances(service: string): readonly Instance[];
  state(service: string): ResolverState;
  /** Calls the listener after the instances of a service have changed; the result takes it off again. */
  onChange(listener: (service: string) => void): () => void;
  /** Resolves when no timer and no connection is left. */
  close(): Promise<void>;
}

/** A resolver at one registry, which follows the services that it is told to. */
export interface FollowingResolver extends Resolver {
  /**
   * Follows a service from now on; resolves after the first look, or a little later without it.
   * @param known what is answered until the registry has said something
   */
  follow(service: string, known?: readonly Instance[]): Promise<void>;
  unfollow(service: string): Promise<void>;
}

const NONE: readonly Instance[] = [];

/** Instances named in the config. */
export function createStaticResolver(services: Record<string, string[]>): Resolver {
  const known = new Map(
    Object.entries(services).map(([name, urls]) => [name, urls.map((url) => ({ id: url, url }))]),
  );
  return {
    instances: (service) => known.get(service) ?? NONE,
    state: (service) => ({ kind: known.has(service) ? 'fresh' : 'never-answered' }),
    onChange: () => () => {},
    close: async () => {},
  };
}
