/** The admin API of a facade under load: changes the stage of its route, and reads what it counted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../chassis/config/schema/routes.ts';
import type { Asked } from './two-stages.ts';

/** How long comparisons under way may take to be counted. */
const SETTLE_MS = 15_000;
const COUNTED = /^strangler_comparisons_(?:skipped_)?total\{[^}]*\} (\d+)$/gm;

/** For a facade with the one route that the load asks for. */
export class AdminOfFacade {
  readonly #asked: Asked;
  #stage: Stage | undefined;
  /** Requests that were compared or skipped so far; undefined: not asked yet. */
  #counted: number | undefined;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  async setStage(stage: Stage): Promise<void> {
    if (this.#stage === stage) return;
    await this.#ask('/api/routes/item/stage', {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#asked.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ stage, reason: 'bench' }),
    });
    this.#stage = stage;
    this.#counted ??= await this.#count();
  }

  /** Waits until so many more were compared or skipped, no more and no less. */
  async comparedOrSkipped(requests: number): Promise<void> {
    const expected = (this.#counted ?? 0) + requests;
    for (const latest = performance.now() + SETTLE_MS; ; await delay(50)) {
      this.#counted = await this.#count();
      if (this.#counted === expected) return;
      if (this.#counted > expected || performance.now() > latest)
        throw new Error(
          `found ${this.#counted} requests compared or skipped, expected ${expected} as sent in the stage shadow`,
        );
    }
  }

  async #count(): Promise<number> {
    const metrics = await this.#ask('/metrics');
    return [...metrics.matchAll(COUNTED)].reduce((total, [, count]) => total + Number(count), 0);
  }

  async #ask(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await fetch(this.#asked.admin + path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: found ${answer.status}, expected 200: ${text}`);
    return text;
  }
}
