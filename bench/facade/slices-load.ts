/** The load of one round in slices. Arguments: a SlicesPlan and the list of those that are asked, as JSON. */
import { setTimeout as delay } from 'node:timers/promises';
import { countLatencies, percentileOf } from './latencies.ts';
import type { Round } from './medians.ts';
import { cpuMsOf } from './pinned-process.ts';
import type { Asked, SlicesPlan } from './slices.ts';
import { ThinkingUser } from './thinking-user.ts';

const plan = JSON.parse(process.argv[2]!) as SlicesPlan;
const asked = JSON.parse(process.argv[3]!) as Asked[];
const THINK_MS = plan.rate === undefined ? 0 : (plan.connections * 1_000) / plan.rate;

/** One contestant in the slices that it had so far. */
class Sliced {
  readonly #asked: Asked;
  readonly #users: ThinkingUser[];
  readonly #latencies: number[] = [];
  #requests = 0;
  #failed = 0;
  #cpuMs = 0;
  #countsFrom = Number.POSITIVE_INFINITY;

  constructor(asked: Asked) {
    this.#asked = asked;
    const done = (began: number, ok: boolean) => this.#done(began, ok);
    this.#users = Array.from(
      { length: plan.connections },
      () => new ThinkingUser(new URL(asked.url), THINK_MS, done),
    );
  }

  /** Continues the process, has it asked for a slice, waits for the last answer and for rest, and stops it again. */
  async slice(counts: boolean): Promise<void> {
    process.kill(this.#asked.pid, 'SIGCONT');
    const cpuBefore = cpuMsOf(this.#asked.pid);
    const requestsBefore = this.#requests;
    this.#countsFrom = counts ? performance.now() + plan.leadInMs : Number.POSITIVE_INFINITY;
    for (const user of this.#users) user.begin();
    await delay(plan.leadInMs + plan.countedMs);
    await Promise.all(this.#users.map((user) => user.end()));
    await delay(plan.restMs);
    process.kill(this.#asked.pid, 'SIGSTOP');
    if (counts) this.#cpuMs += cpuMsOf(this.#asked.pid) - cpuBefore;
    else this.#requests = requestsBefore;
  }

  /** What the slices that count came to; rate and processor time with their lead-in. */
  round(): Round {
    const latencies = countLatencies(this.#latencies);
    const seconds = (plan.slices * (plan.leadInMs + plan.countedMs)) / 1_000;
    return {
      requests: this.#requests,
      failed: this.#failed,
      seconds,
      p50: percentileOf(0.5, [latencies]),
      p99: percentileOf(0.99, [latencies]),
      cpuMs: this.#cpuMs,
      latencies,
    };
  }

  close(): void {
    for (const user of this.#users) user.close();
  }

  #done(began: number, ok: boolean): void {
    if (!ok) this.#failed += 1;
    this.#requests += 1;
    if (began >= this.#countsFrom) this.#latencies.push(performance.now() - began);
  }
}

const all = asked.map((one) => new Sliced(one));
// The first slice of each opens the connections and has this process compile its code.
for (let slice = -1; slice < plan.slices; slice += 1)
  for (const one of shuffled(all)) await one.slice(slice >= 0);
process.send!(all.map((one) => one.round()));
for (const one of all) one.close();

/** In an order drawn anew, so that nobody always follows the same one (Fisher and Yates). */
function shuffled<T>(list: readonly T[]): T[] {
  const drawn = [...list];
  for (let left = drawn.length - 1; left > 0; left -= 1) {
    const index = Math.floor(Math.random() * (left + 1));
    [drawn[left], drawn[index]] = [drawn[index]!, drawn[left]!];
  }
  return drawn;
}
