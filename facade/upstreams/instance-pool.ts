/**
 * The instances of one upstream, each with a forwarder of its own. They are asked in turn, unless another, taken at
 * random, has less to do (after the power of two choices, Mitzenmacher 2001); new ones by a growing share. An
 * instance that leaves gets nothing more, and its connections are closed when its last exchange has ended.
 */
import type { Forwarder } from '../forwarding/forwarder.ts';
import { Instance } from './instance.ts';
import type { InstanceView } from './instance-view.ts';
import type { Places } from './places.ts';
import { drawn } from './slow-start.ts';
import type { Standing } from './standing.ts';

/** What a pool is made from. */
export interface InstancePoolOptions {
  /** Who is there, by URL; the same array until that changes. */
  named: () => readonly string[];
  standing: Standing;
  createForwarder: (url: string) => Forwarder;
  /** What one exchange holds of the upstream; none where it may have any number. */
  places: Places | undefined;
  /** From 0 to 1. */
  random: () => number;
}

/** The instances of one upstream. */
export class InstancePool {
  #options: InstancePoolOptions;
  #instances = new Map<string, Instance>();
  #all: readonly string[] = [];
  #turn = 0;
  #retired = false;
  #left = (instance: Instance) => this.left(instance);

  constructor(options: InstancePoolOptions) {
    this.#options = options;
    this.#usable();
  }

  /** An instance to ask, other than `tried` where there is another; undefined when none is known. */
  pick(tried?: Instance): Instance | undefined {
    const urls = this.#usable();
    if (urls.length === 0) return undefined;
    if (urls.length === 1) return this.#of(urls[0]!);
    return this.#options.standing.even ? this.#leastOfTwo(urls, tried) : this.#byWeight(urls, tried);
  }

  /** Whether one other than `tried`, which may have left or been ejected since, gets requests. */
  hasAnother(tried: Instance): boolean {
    const urls = this.#usable();
    return urls.length > 1 || (urls.length === 1 && urls[0] !== tried.url);
  }

  /** An exchange that is `inflight` no more has ended; calls outside the clients' flow held no place. */
  left(instance: Instance, heldPlace = true): void {
    if (heldPlace) this.#options.places?.leave();
    if (instance.inflight === 0 && (this.#retired || !this.#all.includes(instance.url))) this.#drop(instance);
  }

  views(): InstanceView[] {
    const { standing } = this.#options;
    const named = this.#usable().length > 0 ? standing.all : [];
    const urls = new Set([...named, ...this.#instances.keys()]);
    return [...urls].map((url) => ({
      url,
      state: standing.state(url),
      probed: standing.probed(url),
      named: standing.isNamed(url),
      inflight: this.#instances.get(url)?.inflight ?? 0,
    }));
  }

  /** No longer in force: what is under way ends. */
  retire(): void {
    this.#retired = true;
    for (const instance of this.#instances.values()) if (instance.inflight === 0) this.#drop(instance);
  }

  close(): void {
    for (const instance of this.#instances.values()) this.#drop(instance);
  }

  #usable(): readonly string[] {
    const { standing, named } = this.#options;
    const urls = standing.usable(named());
    if (standing.all !== this.#all) {
      this.#all = standing.all;
      for (const instance of this.#instances.values())
        if (instance.inflight === 0 && !this.#all.includes(instance.url)) this.#drop(instance);
    }
    return urls;
  }

  #leastOfTwo(urls: readonly string[], tried: Instance | undefined): Instance {
    const { length } = urls;
    let turn = (this.#turn + 1) % length;
    // A retry is nobody's turn: it would else be that of the next request, and with two instances the same one's again.
    if (tried === undefined) this.#turn = turn;
    else if (urls[turn] === tried.url) turn = (turn + 1) % length;
    const first = this.#of(urls[turn]!);
    if (first.inflight === 0) return first;
    const step = 1 + Math.floor(this.#options.random() * (length - 1));
    const second = this.#of(urls[(turn + step) % length]!);
    return second !== tried && second.inflight < first.inflight ? second : first;
  }

  /** The same by weight: in turn, but each is passed over as often as its share is below 1. */
  #byWeight(urls: readonly string[], tried: Instance | undefined): Instance {
    const { standing, random } = this.#options;
    const others = urls.filter((url) => url !== tried?.url);
    const inTurn = () => {
      this.#turn = (this.#turn + 1) % others.length;
      return others[this.#turn]!;
    };
    const weighs = (url: string) => random() < standing.weight(url);
    const first = this.#of(drawn(others.length, inTurn, weighs));
    if (first.inflight === 0 || others.length === 1) return first;
    const rest = others.filter((url) => url !== first.url);
    const second = this.#of(drawn(rest.length, () => rest[Math.floor(random() * rest.length)]!, weighs));
    return this.#load(second) < this.#load(first) ? second : first;
  }

  /** What it would have under way, for its weight. */
  #load({ inflight, url }: Instance): number {
    return (inflight + 1) / this.#options.standing.weight(url);
  }

  #of(url: string): Instance {
    const known = this.#instances.get(url);
    if (known !== undefined) return known;
    const instance = new Instance(url, this.#options.createForwarder(url), this.#left);
    this.#instances.set(url, instance);
    return instance;
  }

  #drop(instance: Instance): void {
    this.#instances.delete(instance.url);
    instance.forwarder.close();
  }
}
