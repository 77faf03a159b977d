/** Pure. Counts in a plain number, under labels that were looked up once, until somebody takes the count. */
export class Tally {
  readonly labels: Record<string, string | number>;
  #count = 0;

  constructor(labels: Record<string, string | number>) {
    this.labels = labels;
  }

  add(): void {
    this.#count += 1;
  }

  /** What was added since it was last taken. */
  taken(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
