/** One upstream: its instances, the breakers and the places before them, and its budget of retries. */
import { type Breaker, type BreakerState, createBreaker } from '../../chassis/breaker.ts';
import type { Clock } from '../../chassis/clock.ts';
import type { UpstreamConfig } from '../../chassis/config/schema/upstreams.ts';
import type { Resolver } from '../../chassis/discovery/resolver.ts';
import { KitError } from '../../chassis/errors.ts';
import { createRetryBudget, type RetryBudget } from '../../chassis/http/retry-budget.ts';
import { type Address, createAddresses } from '../upstreams/address.ts';
import { Guards } from '../upstreams/guards.ts';
import { createHealthCheck } from '../upstreams/health-check.ts';
import { createHealthProbe } from '../upstreams/health-probe.ts';
import { InstancePool } from '../upstreams/instance-pool.ts';
import type { InstanceView } from '../upstreams/instance-view.ts';
import { createOutlierEjection } from '../upstreams/outlier-ejection.ts';
import { Places } from '../upstreams/places.ts';
import { createStanding, type Standing } from '../upstreams/standing.ts';
import type { Forwarder } from './forwarder.ts';
import type { ForwarderFactory } from './forwarder-factory.ts';
import { withRewrite } from './rewriting-forwarder.ts';

/** An addressable backend. */
export interface Upstream {
  readonly name: string;
  /** Milliseconds until the head of an answer, when it answers as a service. */
  readonly timeout: number;
  /** The same as the config says; undefined where it says nothing. */
  readonly writtenTimeout: number | undefined;
  /** Retries of one request on other instances. */
  readonly retries: number;
  readonly budget: RetryBudget;
  /** None before legacy: there is nothing to turn to instead. */
  readonly guards: Guards | undefined;
  /** None: any number of exchanges at a time. */
  readonly places: Places | undefined;
  readonly pool: InstancePool;
  /** Told how instances did. */
  readonly standing: Standing;
  /** Told of what happens; for the metrics. */
  readonly events: UpstreamEvents;
  /** The breaker for calls outside the clients' flow, by what they are for. */
  breakerFor(purpose: string): Breaker | undefined;
  /** `none` where no breaker can be. Without a route: the worst of all. */
  breakerState(route?: string): BreakerState | 'none';
  /** How each instance stands. */
  instances(): InstanceView[];
  /** The next instance's URL; undefined when none is known. */
  nextUrl(): string | undefined;
  /** The forwarder to the next instance. */
  next(): Forwarder | undefined;
  /** Where calls go that pass an instance's forwarder by. */
  addressOf(url: string): Address;
  /** Another took its place: what is under way ends, and nothing stays open behind it. */
  retire(): void;
  close(): void;
}

/**
 * Why a request was sent again: it found no connection; a kept connection broke, and it has a fresh one now; or it
 * `failed`, and goes to another instance within the budget.
 */
export type RetryReason = 'unconnected' | 'stale' | 'failed';

/** What happens to an upstream, by its name. */
export interface UpstreamEvents {
  retried(upstream: string, reason: RetryReason): void;
  /** A retry was not affordable. */
  budgetSpent(upstream: string): void;
  busy(upstream: string): void;
  ejected(upstream: string, url: string, ms: number): void;
  breaker(upstream: string, route: string, state: BreakerState): void;
}

/** What an upstream is made from. */
export interface UpstreamOptions {
  name: string;
  config: UpstreamConfig;
  resolver: Resolver;
  /** Whether breakers stand before it, and a bulkhead by itself: every upstream but legacy. */
  guarded: boolean;
  createForwarder: ForwarderFactory;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  events: UpstreamEvents;
}

/** Exchanges at a time with an upstream that is guarded, where the config does not say. */
const CONCURRENCY = 1_024;

/** Makes an upstream. Raises BREAKER_UNSAFE for breaker settings that cannot work. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, config, guarded, createForwarder, random, events } = options;
  const guards = guarded ? createGuards(options) : undefined;
  const { concurrency = guarded ? CONCURRENCY : undefined, queue, queueTimeout } = config;
  const places =
    concurrency === undefined ? undefined : new Places(name, { concurrency, queue, queueTimeout });
  const standing = standingOf(options);
  const addressOf = createAddresses(config.rewrite);
  const pool = new InstancePool({
    named: urlsOf(options),
    standing,
    createForwarder: (url) => withRewrite(createForwarder(url), addressOf(url).rewrite),
    places,
    random,
  });
  return {
    ...{
      name,
      timeout: config.timeout,
      writtenTimeout: config.writtenTimeout,
      retries: config.retries,
      budget: createRetryBudget(),
    },
    ...{ guards, places, pool, standing, events },
    breakerFor: (purpose) => guards?.always(purpose),
    breakerState: (route) => breakerState(guards, route),
    instances: () => pool.views(),
    nextUrl: () => pool.pick()?.url,
    next: () => pool.pick()?.forwarder,
    addressOf,
    retire() {
      // Calls under way may still end in a breaker.
      setTimeout(() => guards?.close(), config.breaker.reset + queueTimeout).unref();
      standing.close();
      pool.retire();
    },
    close() {
      guards?.close();
      standing.close();
      pool.close();
    },
  };
}

function createGuards({ name, config, clock, events }: UpstreamOptions): Guards {
  const { timeout, breaker } = config;
  const make = (route: string) => {
    const made: Breaker = createBreaker({
      ...{ name: `${name} for ${route}`, timeout, ...breaker },
      isFailure: (error) => speaksAgainst(error, made.state),
    });
    return made;
  };
  // Settings that cannot work are told now, not at the first failure.
  make('nothing').close();
  return new Guards({
    createBreaker: make,
    window: breaker.window,
    monotonic: clock.monotonic,
    onChange: (route, state) => events.breaker(name, route, state),
  });
}

function standingOf({ name, config, clock, random, events }: UpstreamOptions): Standing {
  const { ejection, health, slowStart, panic } = config;
  return createStanding({
    ejection: (onEjected) => createOutlierEjection(ejection, clock, random, onEjected),
    health:
      health && ((onChange) => createHealthCheck(health, createHealthProbe(health), clock, random, onChange)),
    ...{ slowStart, panic, clock },
    onEjected: (url, ms) => events.ejected(name, url, ms),
  });
}

/** The same array as long as the resolver's stays the same. */
function urlsOf({ config: { where }, resolver }: UpstreamOptions): () => readonly string[] {
  if (where.kind === 'static') return () => where.urls;
  let found = resolver.instances(where.service);
  let urls = found.map(({ url }) => url);
  return () => {
    const now = resolver.instances(where.service);
    if (now !== found) {
      found = now;
      urls = now.map(({ url }) => url);
    }
    return urls;
  };
}

function breakerState(guards: Guards | undefined, route: string | undefined): BreakerState | 'none' {
  if (guards === undefined) return 'none';
  if (route !== undefined) return guards.state(route);
  const states = guards.states().map(({ state }) => state);
  return (
    states.find((state) => state === 'open') ?? states.find((state) => state === 'half-open') ?? 'closed'
  );
}

/** A half-open breaker learns nothing from a client who left, and stays on its guard. */
function speaksAgainst(error: unknown, state: BreakerState): boolean {
  return state === 'half-open' || !(error instanceof KitError && error.code === 'CLIENT_GONE');
}
