/** What is known of one service's instances: the last answer that was believed, and how far to trust it. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import { addressFault } from './instance-address.ts';
import type { Instance, ResolverState, StaleReason } from './resolver.ts';

/** What a look at a registry found. */
export interface Answer {
  instances: readonly Instance[];
  /** Why these are not just what the registry says. */
  doubt?: StaleReason;
  /** Entries that were passed over because they cannot be read. */
  unreadable?: readonly string[];
  /** That there are none is certain, and not the registry's fault. */
  certainlyNone?: boolean;
  /** Milliseconds until the next look. */
  next: number;
}

/** One service's instances. */
export interface KnownInstances {
  readonly instances: readonly Instance[];
  readonly state: ResolverState;
  take(answer: Answer): void;
  failed(error: unknown): void;
}

/** What it needs; `told` is called after each change of the instances. */
export interface KnownInstancesOptions {
  service: string;
  registry: string;
  known: readonly Instance[];
  allowLinkLocal: boolean;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  told: () => void;
}

/** Starts with what is known already. An empty answer after others is kept out unless it is certain. */
export function createKnownInstances(options: KnownInstancesOptions): KnownInstances {
  const { service, registry, log, now, told } = options;
  let instances = options.known;
  let state: ResolverState = { kind: 'never-answered' };
  const enter = (reason: StaleReason | undefined, error?: unknown) => {
    const before = reasonOf(state);
    if (reason === before && state.kind !== 'never-answered') return;
    if (reason === undefined) {
      if (before !== undefined) log.info('discovery is trusted again', { service, registry, before });
      state = { kind: 'fresh' };
      return;
    }
    const details = error === undefined ? {} : { error: messageOf(error) };
    log.warn(WORDS[reason], { service, registry, reason, instances: instances.length, ...details });
    state = { kind: 'stale', since: now(), reason };
  };
  const callable = refusals(options);
  const passedOver = createUnreadable(options);
  let missed = false;
  return {
    get instances() {
      return instances;
    },
    get state() {
      return state;
    },
    take({ instances: found, doubt, certainlyNone = false, unreadable = [] }) {
      passedOver(unreadable);
      const safe = inOrder(callable(found));
      const emptied = safe.length === 0 && instances.length > 0 && !certainlyNone;
      enter(emptied ? (doubt ?? 'emptied') : doubt);
      if (emptied || same(safe, instances)) return;
      instances = safe;
      told();
    },
    failed(error) {
      if (state.kind !== 'never-answered') return enter('unreachable', error);
      if (!missed) log.warn('discovery gives no answer yet', { service, registry, error: messageOf(error) });
      missed = true;
    },
  };
}

const WORDS: Record<StaleReason, string> = {
  unreachable: 'discovery is away; the last known instances stay',
  'all-expired': 'all leases ran out at once; nobody is removed',
  'many-expired': 'leases ran out together, or while nobody looked; their instances stay for now',
  emptied: 'discovery names no instance any more; the last known ones stay',
  forgotten: 'the registry has lost its memory; the last known instances stay until they are back',
};

function reasonOf(state: ResolverState): StaleReason | undefined {
  return state.kind === 'stale' ? state.reason : undefined;
}

/** Tells the addresses that may be called from the others, which are named in the log once. */
function refusals({ service, registry, allowLinkLocal, log }: KnownInstancesOptions) {
  let refused = new Set<string>();
  return (found: readonly Instance[]): readonly Instance[] => {
    const faults = found.map(({ url }) => addressFault(url, { allowLinkLocal }));
    for (const [index, fault] of faults.entries()) {
      const { url } = found[index]!;
      if (fault !== undefined && !refused.has(url))
        log.warn('an instance is refused for its address', {
          service,
          registry,
          url: url.slice(0, 200),
          fault,
        });
    }
    refused = new Set(found.filter((_, index) => faults[index] !== undefined).map(({ url }) => url));
    return found.filter((_, index) => faults[index] === undefined);
  };
}

/** Names entries that cannot be read in the log, each once while it stands there. */
function createUnreadable({ service, registry, log }: KnownInstancesOptions) {
  let before: readonly string[] = [];
  return (entries: readonly string[]): void => {
    for (const entry of entries)
      if (!before.includes(entry)) log.warn('an entry cannot be read', { service, registry, entry });
    before = entries;
  };
}

/** Each id once, in an order that does not depend on the registry's. */
function inOrder(instances: readonly Instance[]): Instance[] {
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function same(one: readonly Instance[], other: readonly Instance[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ id, url }, index) => id === other[index]!.id && url === other[index]!.url)
  );
}
