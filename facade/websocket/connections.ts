/**
 * The WebSockets that are open. One stays on the side that it was opened on; when that side no longer answers its
 * route, it is told to connect again, at a moment drawn from the route's drain, so that not all come back at once.
 */
import type { UpgradePlan } from '../forwarding/upgrade-plan.ts';
import type { View } from '../in-force.ts';
import type { ReceivedHead } from '../routing/conditions.ts';
import type { ActiveRoute, Snapshot } from '../snapshot.ts';
import { SERVICE_RESTART } from './close-frame.ts';
import type { WebSocketRefusal } from './errors.ts';
import type { Joined } from './join.ts';
import { stillAnswers } from './still-answers.ts';

/** What it is made from. */
export interface ConnectionsOptions {
  view: () => View;
  /** Milliseconds that never jump. */
  monotonic: () => number;
  /** From 0 to 1. */
  random: () => number;
}

/** One that is open, or being opened. */
export interface Connection {
  opened(joined: Joined): void;
  /** Whether it was told to connect again. */
  readonly drained: boolean;
  ended(): void;
}

/** All of one facade. */
export interface Connections {
  /** Enters one, by what it asked for; or says why not. */
  enter(plan: UpgradePlan, asked: ReceivedHead): Connection | WebSocketRefusal;
  /** How many there are of each upstream. */
  open(): ReadonlyMap<string, number>;
  /** Tells all of them to connect again, and lets none in. */
  close(): void;
}

/** How often it is looked whether connections are still on the right side; ms. */
const LOOK_MS = 250;

/** Makes the list of connections. */
export function createConnections({ view, monotonic, random }: ConnectionsOptions): Connections {
  const all = new Set<Entry>();
  let closing = false;
  let looking: NodeJS.Timeout | undefined;
  const look = () => {
    const now = monotonic();
    const current = view();
    for (const entry of all) entry.look(current, now, random);
  };
  const left = (entry: Entry) => {
    all.delete(entry);
    if (all.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  };
  return {
    enter(plan, asked) {
      const { upgrades } = view().admission.limits;
      if (closing) return 'FACADE_CLOSING';
      if (upgrades !== undefined && all.size >= upgrades) return 'UPGRADES_FULL';
      const entry = new Entry(plan, asked, left);
      all.add(entry);
      looking ??= setInterval(look, LOOK_MS).unref();
      return entry;
    },
    open() {
      const counts = new Map<string, number>();
      for (const { upstream } of all) counts.set(upstream, (counts.get(upstream) ?? 0) + 1);
      return counts;
    },
    close() {
      closing = true;
      for (const entry of all) entry.drain();
    },
  };
}

class Entry implements Connection {
  drained = false;
  #plan: UpgradePlan;
  #asked: ReceivedHead;
  #left: (entry: Entry) => void;
  #joined: Joined | undefined;
  /** What was in force at the last look, and what it says. */
  #seen: Snapshot | undefined;
  #route: ActiveRoute | undefined;
  #misplaced = false;
  /** When it is to be told; undefined while its side answers its route. */
  #due: number | undefined;

  constructor(plan: UpgradePlan, asked: ReceivedHead, left: (entry: Entry) => void) {
    this.#plan = plan;
    this.#asked = asked;
    this.#left = left;
  }

  get upstream(): string {
    return this.#plan.upstream.name;
  }

  opened(joined: Joined): void {
    this.#joined = joined;
    if (this.drained) joined.close(SERVICE_RESTART);
  }

  ended(): void {
    this.#left(this);
  }

  look(view: View, now: number, random: () => number): void {
    if (view.snapshot !== this.#seen) this.#judge(view);
    if (this.drained) return;
    if (!this.#misplaced) this.#due = undefined;
    else {
      const { facade } = view.snapshot.loaded.config;
      const drain = this.#route?.config.websocket.drain ?? facade.websocket.drain;
      this.#due ??= now + random() * drain;
      if (now >= this.#due) this.drain();
    }
  }

  drain(): void {
    if (this.drained) return;
    this.drained = true;
    this.#joined?.close(SERVICE_RESTART);
  }

  /** By the route that would be found now: the config may name the path otherwise than it did. */
  #judge({ snapshot, legacy }: View): void {
    const { target, side, overridden, upstream } = this.#plan;
    this.#seen = snapshot;
    this.#route = snapshot.table.match('GET', target.path, target.query, this.#asked);
    this.#misplaced = !stillAnswers({ side, overridden, upstream: upstream.name }, this.#route, legacy.name);
  }
}
