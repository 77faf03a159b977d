/** A copy of the control's answer, taken while it passes; it never slows the original down. */
import type { AnswerHead, BodyObserver } from '../forwarding/forwarder.ts';

/**
 * Copies the body of an answer, up to `limit` bytes; complete once the answer has ended within the limit. Chunks are
 * kept as they are: nothing is copied twice. A class, as V8 makes a hidden class, which lives until the next full
 * collection with all it knows, for each object literal with a getter of its own.
 */
export class CapturedAnswer implements BodyObserver {
  readonly status: number;
  readonly headers: AnswerHead['headers'];
  #limit: number;
  #state: 'passing' | 'complete' | 'too-large' = 'passing';
  #chunks: Buffer[] = [];
  #size = 0;

  /** `limit`: bytes. */
  constructor({ statusCode = 0, headers }: AnswerHead, limit: number) {
    this.status = statusCode;
    this.headers = headers;
    this.#limit = limit;
  }

  get state(): 'passing' | 'complete' | 'too-large' {
    return this.#state;
  }

  body(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }

  chunk(data: Buffer): void {
    if (this.#state !== 'passing') return;
    this.#size += data.length;
    if (this.#size <= this.#limit) this.#chunks.push(data);
    else {
      this.#state = 'too-large';
      this.#chunks = [];
    }
  }

  end(): void {
    if (this.#state === 'passing') this.#state = 'complete';
  }
}
