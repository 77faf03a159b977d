/** A resolver at one registry: a loop for each service that is followed, and what the loop has found out. */
import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Answer, createKnownInstances, type KnownInstances } from './known-instances.ts';
import { jittered, type Poll, startPoll } from './poll.ts';
import type { FollowingResolver, Instance } from './resolver.ts';

/** Looks once. Throws when the registry gives no answer that can be read. */
export type Look = (signal: AbortSignal) => Promise<Answer>;

/** What makes one registry different from another. */
export interface Registry {
  /** For logs. */
  name: string;
  /** Makes the looks at one service; `known` gives what is believed now. */
  lookAt(service: string, known: () => readonly Instance[]): Look;
  close?(): Promise<void>;
}

/** What every resolver needs; times in milliseconds. */
export interface FollowOptions {
  log: Logger;
  clock: Clock;
  /** From 0 to 1, for jitter. */
  random: () => number;
  /** Whether instances may have link-local and metadata addresses; they may not by default. */
  allowLinkLocal?: boolean;
  /** How long `follow` waits for the first look; 2,000 by default. */
  patience?: number;
  /** The pause after a failed look, doubled with each further one; from 500 up to 15,000 by default. */
  retry?: { least: number; most: number };
}

interface Followed {
  known: KnownInstances;
  poll: Poll;
}

const NONE: readonly Instance[] = [];

/** Makes the resolver; it looks at nothing until it is told to follow a service. */
export function createFollowingResolver(registry: Registry, options: FollowOptions): FollowingResolver {
  const { log, clock, patience = 2_000 } = options;
  const followed = new Map<string, Followed>();
  const listeners = new Set<(service: string) => void>();
  const tell = (service: string) => {
    for (const listener of listeners) {
      try {
        listener(service);
      } catch (error) {
        log.error('a listener of discovery failed', { service, error: messageOf(error) });
      }
    }
  };
  const begin = (service: string, before: readonly Instance[]): Followed => {
    const known = createKnownInstances({
      ...{ service, registry: registry.name, known: before, log, now: clock.now },
      allowLinkLocal: options.allowLinkLocal ?? false,
      told: () => tell(service),
    });
    const look = registry.lookAt(service, () => known.instances);
    return { known, poll: startPoll(untiring(look, known, options), clock) };
  };
  return {
    instances: (service) => followed.get(service)?.known.instances ?? NONE,
    state: (service) => followed.get(service)?.known.state ?? { kind: 'never-answered' },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async follow(service, known = NONE) {
      const one = followed.get(service) ?? begin(service, known);
      followed.set(service, one);
      await within(patience, one.poll.first, clock);
    },
    async unfollow(service) {
      const one = followed.get(service);
      followed.delete(service);
      await one?.poll.close();
    },
    async close() {
      listeners.clear();
      await Promise.all([...followed.values()].map(({ poll }) => poll.close()));
      await registry.close?.();
    },
  };
}

/** A look that never throws: failures are noted, and the pauses after them grow. */
function untiring(look: Look, known: KnownInstances, { random, retry }: FollowOptions) {
  const { least, most } = retry ?? { least: 500, most: 15_000 };
  let failures = 0;
  return async (signal: AbortSignal): Promise<number> => {
    try {
      const answer = await look(signal);
      if (signal.aborted) return 0;
      known.take(answer);
      failures = 0;
      return answer.next;
    } catch (error) {
      if (signal.aborted) return 0;
      known.failed(error);
      failures += 1;
      return jittered(Math.min(most, least * 2 ** Math.min(failures - 1, 20)), random);
    }
  };
}

async function within(ms: number, work: Promise<void>, clock: Clock): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([work, clock.sleep(ms, waiting.signal).catch(() => {})]);
  waiting.abort();
}
