/**
 * What is in force now, and how it changes: config edits and toggles make a new view, which replaces the old
 * one at once. Requests under way keep theirs. When the toggle store is away the last known toggles stay.
 */
import type { Clock } from '../chassis/clock.ts';
import type { LoadedConfig } from '../chassis/config/load.ts';
import type { Resolver } from '../chassis/discovery/resolver.ts';
import { messageOf } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { type AdmissionRules, admissionRules } from './admission/rules.ts';
import { forwarderFactory } from './forwarding/forwarder-factory.ts';
import { createUpstream, type Upstream, type UpstreamEvents } from './forwarding/upstream.ts';
import type { TrustedPeers } from './routing/client-address.ts';
import { createTrustedPeers } from './routing/trusted-peers.ts';
import { compileSnapshot, type Snapshot } from './snapshot.ts';
import { createFileBases } from './toggles/file-bases.ts';
import { allAndRestored } from './toggles/restore-lost.ts';
import type { Toggle, ToggleStore } from './toggles/toggle-store.ts';

/** Everything a request needs, consistent in itself. */
export interface View {
  snapshot: Snapshot;
  legacy: Upstream;
  upstreams: ReadonlyMap<string, Upstream>;
  trusted: TrustedPeers;
  admission: AdmissionRules;
}

/** The view in force. */
export interface InForce {
  view(): View;
  /** Puts an edited config in force; rejects, and changes nothing, when it does not compile. */
  replace(loaded: LoadedConfig): Promise<void>;
  /** Reads the toggles again; the last known ones stay when the store is away. */
  refresh(): Promise<void>;
  /** Whether the toggles were read at least once, and the last look succeeded. */
  toggles(): { known: boolean; current: boolean };
  close(): void;
}

/** What it is made from. */
export interface InForceOptions {
  loaded: LoadedConfig;
  store: ToggleStore;
  resolver: Resolver;
  log: Logger;
  clock: Clock;
  /** From 0 to 1. */
  random: () => number;
  /** Told what happens to upstreams. */
  events: UpstreamEvents;
}

/** Reads the toggles and puts the config in force. Raises what compiling a config may raise. */
export async function createInForce(options: InForceOptions): Promise<InForce> {
  const { store, log, clock } = options;
  let upstreams: ReadonlyMap<string, Upstream> = new Map();
  let toggles: ReadonlyMap<string, Toggle> = new Map();
  const bases = createFileBases(store);
  let state = { known: false, current: false };
  let current: View | undefined;
  /** Whether the store has heard what this file says. */
  let noted = false;

  const compile = (loaded: LoadedConfig): View => {
    const snapshot = compileSnapshot({ loaded, toggles, bases: bases.known(), togglesKnown: state.known });
    const before = upstreams;
    upstreams = upstreamsOf(loaded, before, current?.snapshot.loaded, options);
    for (const [name, upstream] of before) if (upstreams.get(name) !== upstream) upstream.retire();
    const { facade, legacy } = loaded.config;
    return {
      snapshot,
      upstreams,
      legacy: upstreams.get(legacy)!,
      trusted: createTrustedPeers(facade.trustProxy),
      admission: admissionRules(loaded.config),
    };
  };
  const read = async (look: () => Promise<void>): Promise<void> => {
    try {
      await look();
      if (!state.current && state.known) log.info('toggle store is back');
      state = { known: true, current: true };
    } catch (error) {
      if (state.current || !state.known)
        log.warn('toggle store is away; the last known toggles stay', { error: messageOf(error) });
      state = { known: state.known, current: false };
    }
  };
  const tellLost = (routes: string[]) =>
    log.warn('the toggle store had lost toggles; they were written back', { routes });
  const replace = async (loaded: LoadedConfig) => {
    // Compiled before the store hears of it: what does not compile must leave no trace.
    compileSnapshot({ loaded, toggles, bases: bases.known(), togglesKnown: state.known });
    if (current !== undefined && loaded !== current.snapshot.loaded)
      bases.edited(loaded, clock.now(), current.snapshot);
    noted = false;
    await read(async () => {
      await bases.note(loaded, clock.now());
      noted = true;
      toggles = await allAndRestored(store, current?.snapshot, bases.known(), tellLost);
    });
    current = compile(loaded);
  };
  const refresh = async () => {
    const { loaded } = current!.snapshot;
    if (!noted) return replace(loaded);
    const before = JSON.stringify([[...toggles], state.known]);
    await read(async () => {
      toggles = await allAndRestored(store, current?.snapshot, bases.known(), tellLost);
    });
    if (JSON.stringify([[...toggles], state.known]) !== before) current = compile(loaded);
  };

  await replace(options.loaded);
  const inTurn = createTurns();
  return {
    view: () => current!,
    replace: (loaded) => inTurn(() => replace(loaded)),
    refresh: () => inTurn(refresh),
    toggles: () => state,
    close() {
      for (const upstream of upstreams.values()) upstream.close();
    },
  };
}

/** One change after the other, so that none is lost under one that began earlier. */
function createTurns(): (change: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const done = last.then(change);
    last = done.catch(() => {});
    return done;
  };
}

/** Upstreams whose settings did not change are kept, with their connections and breakers. */
function upstreamsOf(
  { config }: LoadedConfig,
  before: ReadonlyMap<string, Upstream>,
  previous: LoadedConfig | undefined,
  { resolver, clock, random, events }: Omit<InForceOptions, 'loaded' | 'store'>,
): ReadonlyMap<string, Upstream> {
  const { forwarder } = config.facade;
  const fingerprint = (one: LoadedConfig['config'] | undefined, name: string) =>
    JSON.stringify([one?.upstreams[name], one?.legacy === name, one?.facade.forwarder]);
  return new Map(
    Object.entries(config.upstreams).map(([name, settings]) => {
      const kept = before.get(name);
      const same = fingerprint(config, name) === fingerprint(previous?.config, name);
      if (kept !== undefined && same) return [name, kept];
      return [
        name,
        createUpstream({
          name,
          config: settings,
          resolver,
          guarded: name !== config.legacy,
          createForwarder: forwarderFactory(forwarder),
          ...{ clock, random, events },
        }),
      ];
    }),
  );
}
