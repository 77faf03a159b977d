/** Finds the instances of the upstreams that are looked up, each at its registry, as configs come and go. */
import { type Clock, systemClock } from '../chassis/clock.ts';
import type { StranglerConfig } from '../chassis/config/schema/config.ts';
import type { Lookup } from '../chassis/config/schema/upstreams.ts';
import { registryPlan } from '../chassis/discovery/registries.ts';
import type { FollowingResolver, Instance, Resolver } from '../chassis/discovery/resolver.ts';
import type { Lifecycle } from '../chassis/lifecycle.ts';
import type { Logger } from '../chassis/log.ts';

/** A resolver over all registries; a service's name is `REGISTRY:NAME`, as `where.service` has it. */
export interface GrowingResolver extends Resolver {
  /** Looks up what a config names, before it is put in force; what is in force stays as it is. */
  learn(config: StranglerConfig): Promise<void>;
  /** After a config was put in force: asks the registries that it names, and gives up what it does not name. */
  settle(config: StranglerConfig): Promise<void>;
}

/** What it needs. */
export interface DiscoveryOptions {
  log: Logger;
  lifecycle: Lifecycle;
  clock?: Clock;
  random?: () => number;
}

/** A registry in use, and the names that are followed there. */
interface Opened {
  resolver: Promise<FollowingResolver>;
  names: Set<string>;
}

/** Who answers for a lookup. */
interface Bound {
  lookup: Lookup;
  fingerprint: string;
  resolver: FollowingResolver;
}

const NONE: readonly Instance[] = [];

/** Makes the resolver; it opens a registry when the first config names it. */
export function createDiscovery(options: DiscoveryOptions): GrowingResolver {
  const { log, lifecycle } = options;
  const opened = new Map<string, Opened>();
  const listeners = new Set<(service: string) => void>();
  let bound = new Map<string, Bound>();
  /** Requests that came under the last config may still ask for what only it looked up. */
  let parting = new Map<string, readonly Instance[]>();

  const tell = (key: string, fingerprint: string) => {
    if (bound.get(key)?.fingerprint !== fingerprint) return;
    for (const listener of listeners) listener(key);
  };
  const prepare = createPreparation(opened, tell, options);
  const close = async () => {
    await Promise.all([...opened.values()].map(async ({ resolver }) => (await resolver).close()));
    opened.clear();
  };
  lifecycle.onClose('discovery', close);
  return {
    instances(key) {
      const one = bound.get(key);
      return one === undefined ? (parting.get(key) ?? NONE) : one.resolver.instances(one.lookup.name);
    },
    state(key) {
      const one = bound.get(key);
      return one === undefined ? { kind: 'never-answered' } : one.resolver.state(one.lookup.name);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async learn(config) {
      const prepared = await prepare(config, bound);
      for (const [key, one] of prepared) if (!bound.has(key)) bound.set(key, one);
      const services = [...lookupsOf(config).keys()].filter((key) => !prepared.has(key));
      if (services.length > 0)
        log.warn('no redis for discovery; these services have no instances', { services });
    },
    async settle(config) {
      const before = bound;
      const next = await prepare(config, before);
      parting = new Map([...before].map(([key, one]) => [key, one.resolver.instances(one.lookup.name)]));
      bound = next;
      await giveUp(opened, next);
    },
    close,
  };
}

/** Makes what follows everything that a config looks up; what is followed already goes on as it is. */
function createPreparation(
  opened: Map<string, Opened>,
  tell: (key: string, fingerprint: string) => void,
  { log, clock = systemClock, random = Math.random }: DiscoveryOptions,
) {
  const openOnce = (kind: Lookup['registry'], config: StranglerConfig) => {
    const plan = registryPlan(kind, config);
    if (plan === undefined) return undefined;
    const { fingerprint } = plan;
    const one = opened.get(fingerprint) ?? { resolver: plan.open({ log, clock, random }), names: new Set() };
    if (!opened.has(fingerprint)) {
      void one.resolver.then((resolver) => resolver.onChange((name) => tell(`${kind}:${name}`, fingerprint)));
      opened.set(fingerprint, one);
    }
    return { fingerprint, ...one };
  };
  return async (config: StranglerConfig, bound: ReadonlyMap<string, Bound>): Promise<Map<string, Bound>> => {
    const prepared = [...lookupsOf(config)].map(async ([key, lookup]): Promise<[string, Bound][]> => {
      const registry = openOnce(lookup.registry, config);
      if (registry === undefined) return [];
      const before = bound.get(key);
      const resolver = await registry.resolver;
      registry.names.add(lookup.name);
      // What another registry knew of the same name is better than nothing until this one has answered.
      await resolver.follow(lookup.name, before?.resolver.instances(lookup.name));
      return [[key, { lookup, fingerprint: registry.fingerprint, resolver }]];
    });
    return new Map((await Promise.all(prepared)).flat());
  };
}

/** Ends what nobody is bound to: names, and registries without names. */
async function giveUp(opened: Map<string, Opened>, bound: ReadonlyMap<string, Bound>): Promise<void> {
  const inUse = new Set(
    [...bound.values()].map(({ fingerprint, lookup }) => `${fingerprint} ${lookup.name}`),
  );
  for (const [fingerprint, { resolver, names }] of opened) {
    for (const name of [...names].filter((one) => !inUse.has(`${fingerprint} ${one}`))) {
      names.delete(name);
      await (await resolver).unfollow(name);
    }
    if (names.size > 0) continue;
    opened.delete(fingerprint);
    await (await resolver).close();
  }
}

function lookupsOf({ upstreams }: StranglerConfig): Map<string, Lookup> {
  return new Map(
    Object.values(upstreams).flatMap(({ where }): [string, Lookup][] =>
      where.kind === 'discovery' ? [[where.service, where.lookup]] : [],
    ),
  );
}
