/** The clients that wait for the end of an answer, and what may be done when none does. */
export class WaitingClients {
  #count = 0;
  #whenNone = () => {};

  /** How many wait. */
  get count(): number {
    return this.#count;
  }

  came(): void {
    this.#count += 1;
  }

  left(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#whenNone();
  }

  /** `tell` is called each time that the last one has left. */
  whenNone(tell: () => void): void {
    this.#whenNone = tell;
  }
}
