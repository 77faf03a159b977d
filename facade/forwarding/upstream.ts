/** One upstream: its instances in turn, a forwarder to each, and the breaker that stands before a service. */
import { type Breaker, createBreaker } from '../../chassis/breaker.ts';
import type { UpstreamConfig } from '../../chassis/config/schema/upstreams.ts';
import type { Resolver } from '../../chassis/discovery/resolver.ts';
import { KitError } from '../../chassis/errors.ts';
import { compileRewrite, type Rewrite } from '../rewriting/rewrite.ts';
import type { Forwarder } from './forwarder.ts';
import type { ForwarderFactory } from './forwarder-factory.ts';
import { withRewrite } from './rewriting-forwarder.ts';

/** An addressable backend. */
export interface Upstream {
  readonly name: string;
  /** Milliseconds until the head of an answer, when it answers as a service. */
  readonly timeout: number;
  /** None before legacy: there is nothing to turn to instead. */
  readonly breaker: Breaker | undefined;
  /** Whether calls need not go through the breaker: it is closed, and nothing failed within its window. */
  calm(): boolean;
  /** Ends the calm: for the length of the breaker's window every call is counted. */
  failed(): void;
  /** The URLs known now. */
  instances(): readonly string[];
  /** The next instance's URL; undefined when none is known. */
  nextUrl(): string | undefined;
  /** The forwarder to the next instance. */
  next(): Forwarder | undefined;
  /** What changes between the clients and an instance; its forwarder sees to it, calls past it must. */
  rewriteOf(url: string): Rewrite | undefined;
  close(): void;
}

/** What an upstream is made from. */
export interface UpstreamOptions {
  name: string;
  config: UpstreamConfig;
  resolver: Resolver;
  /** Whether a breaker stands before it. */
  guarded: boolean;
  createForwarder: ForwarderFactory;
  /** Milliseconds that never jump. */
  monotonic: () => number;
}

/** Makes an upstream. Raises BREAKER_UNSAFE for breaker settings that cannot work. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, config, resolver, guarded, createForwarder, monotonic } = options;
  const forwarders = new Map<string, Forwarder>();
  const breaker = guarded
    ? createBreaker({ name, timeout: config.timeout, ...config.breaker, isFailure: speaksAgainst })
    : undefined;
  const urls = urlsOf(config, resolver);
  let watchedUntil = 0;
  let turn = 0;
  const nextUrl = () => {
    const known = urls();
    if (known.length === 0) return undefined;
    turn = (turn + 1) % known.length;
    return known[turn];
  };
  const forwarderTo = (url: string) => {
    const known = forwarders.get(url);
    if (known !== undefined) return known;
    const forwarder = withRewrite(createForwarder(url), compileRewrite(config.rewrite, url));
    forwarders.set(url, forwarder);
    return forwarder;
  };
  return {
    name,
    timeout: config.timeout,
    breaker,
    calm: () => breaker?.state === 'closed' && monotonic() >= watchedUntil,
    failed() {
      watchedUntil = monotonic() + config.breaker.window;
    },
    instances: urls,
    nextUrl,
    next() {
      const url = nextUrl();
      return url === undefined ? undefined : forwarderTo(url);
    },
    rewriteOf: (url) => compileRewrite(config.rewrite, url),
    close() {
      breaker?.close();
      for (const forwarder of forwarders.values()) forwarder.close();
    },
  };
}

function urlsOf({ where }: UpstreamConfig, resolver: Resolver): () => readonly string[] {
  if (where.kind === 'static') return () => where.urls;
  return () => resolver.instances(where.service).map(({ url }) => url);
}

/** A client that left says nothing about the upstream. */
function speaksAgainst(error: unknown): boolean {
  return !(error instanceof KitError && error.code === 'CLIENT_GONE');
}
