/** One answer read whole: what undici tells of it as it comes, without a stream between, or a promise for each part. */

/** An answer that is all there. */
export interface WholeAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  /** As it came over the wire; undefined: it was larger than the limit, and was given up. */
  body: Buffer | undefined;
}

/** How much of an answer is read (bytes), and how long everything may take (ms). */
export interface ReadLimits {
  bytes: number;
  timeout: number;
}

/** The time was up before the answer was whole. */
export class AnswerLate extends Error {
  override readonly name = 'AnswerLate';
}

interface Control {
  abort(reason: Error): void;
}

const GIVEN_UP = new Error('The rest of the answer was not wanted.');

/** Reads one answer; `done` or `failed` is called once. */
export class AnswerReader {
  #limits: ReadLimits;
  #done: (answer: WholeAnswer) => void;
  #failed: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  #control: Control | undefined;
  #status = 0;
  #headers: WholeAnswer['headers'] = {};
  #parts: Buffer[] = [];
  #size = 0;

  constructor(limits: ReadLimits, done: (answer: WholeAnswer) => void, failed: (error: Error) => void) {
    this.#limits = limits;
    this.#done = done;
    this.#failed = failed;
    this.#timer = setTimeout(late, limits.timeout, this);
  }

  onRequestStart(control: Control): void {
    this.#control = control;
    // It waited for a connection until nobody waited for it.
    if (this.#over) control.abort(GIVEN_UP);
  }

  onResponseStart(_control: Control, status: number, headers: Record<string, unknown>): void {
    this.#status = status;
    this.#headers = headers as WholeAnswer['headers'];
  }

  onResponseData(control: Control, part: Buffer): void {
    this.#size += part.length;
    if (this.#size <= this.#limits.bytes) this.#parts.push(part);
    else {
      this.#end(undefined);
      control.abort(GIVEN_UP);
    }
  }

  onResponseEnd(): void {
    this.#end(this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts));
  }

  onResponseError(_control: unknown, error: Error): void {
    if (this.#isLast()) this.#failed(error);
  }

  /** Gives it up with this error. */
  giveUp(error: Error): void {
    if (!this.#isLast()) return;
    this.#failed(error);
    this.#control?.abort(GIVEN_UP);
  }

  #end(body: Buffer | undefined): void {
    if (this.#isLast()) this.#done({ status: this.#status, headers: this.#headers, body });
  }

  #isLast(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#timer);
    return true;
  }
}

/** One function for all, and no closure: it would keep what it knows until the next full collection. */
function late(reader: AnswerReader): void {
  reader.giveUp(new AnswerLate('The answer was not there in time.'));
}
