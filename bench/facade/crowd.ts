/** Users, each on a kept-alive connection, who ask several addresses side by side. */
import { setTimeout as delay } from 'node:timers/promises';
import { percentileOf } from './latencies.ts';
import type { Load } from './load.ts';
import { ThinkingUser } from './thinking-user.ts';

/** How many there are, and how fast they ask. */
export interface CrowdPlan {
  /** One of each user, shared out evenly over the addresses. */
  connections: number;
  /** Requests a second in all, each user waiting at random before it asks; undefined: as fast as answers come. */
  rate?: number;
}

/** How long they ask. */
export interface SlicePlan {
  /** Before latencies count. */
  leadInMs: number;
  /** In which they do. */
  countedMs: number;
}

/** Asks in slices of time, with the same connections in each. */
export class Crowd {
  readonly #users: readonly ThinkingUser[];
  #counts = { requests: 0, failed: 0 };
  #latencies: number[] = [];
  #countsFrom = 0;

  constructor(urls: readonly string[], { connections, rate }: CrowdPlan) {
    const thinkMs = rate === undefined ? 0 : (connections * 1_000) / rate;
    const done = (began: number, ok: boolean) => this.#done(began, ok);
    this.#users = Array.from({ length: connections }, (_, index) => {
      return new ThinkingUser(new URL(urls[index % urls.length]!), thinkMs, done);
    });
  }

  /** Resolves once each request has its answer; requests and their rate are with the lead-in, latencies without. */
  async ask({ leadInMs, countedMs }: SlicePlan): Promise<Load> {
    this.#counts = { requests: 0, failed: 0 };
    this.#latencies = [];
    this.#countsFrom = performance.now() + leadInMs;
    for (const user of this.#users) user.begin();
    await delay(leadInMs + countedMs);
    await Promise.all(this.#users.map((user) => user.end()));
    const [p50, p99] = [0.5, 0.99].map((share) => percentileOf(share, this.#latencies));
    return { ...this.#counts, seconds: (leadInMs + countedMs) / 1_000, p50: p50!, p99: p99! };
  }

  close(): void {
    for (const user of this.#users) user.close();
  }

  #done(began: number, ok: boolean): void {
    this.#counts.requests += 1;
    if (!ok) this.#counts.failed += 1;
    if (began >= this.#countsFrom) this.#latencies.push(performance.now() - began);
  }
}
