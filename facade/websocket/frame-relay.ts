/** One direction of a WebSocket: passes bytes on as they come, and can close with a Close frame between two messages. */
import { Transform, type TransformCallback } from 'node:stream';
import { FrameScanner } from './frame-scanner.ts';

/** Bytes in, the same bytes out, until it is told to say goodbye. */
export class FrameRelay extends Transform {
  #frames = new FrameScanner();
  #goodbye: Buffer | undefined;
  #said = false;
  #ended = false;
  #changed: () => void;
  /** Bytes that passed. */
  bytes = 0;

  /** `changed` is called when it has said goodbye, and when it hears one. */
  constructor(changed: () => void = () => {}) {
    super();
    this.#changed = changed;
  }

  /** Whether it said goodbye: nothing passes any more. */
  get said(): boolean {
    return this.#said;
  }

  /** Whether a Close frame came in. */
  get heard(): boolean {
    return this.#frames.closed;
  }

  /** Says `frame` when the message that is open now is whole; what comes after is dropped. */
  sayGoodbye(frame: Buffer): void {
    if (this.#goodbye !== undefined || this.#ended) return;
    this.#goodbye = frame;
    if (this.#frames.atBoundary) this.#say(frame);
  }

  /** Ends it, after a goodbye. */
  release(): void {
    this.push(null);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#said) this.#hear(chunk);
    else if (this.#goodbye !== undefined) this.#passTheRest(chunk, this.#goodbye);
    else {
      this.#frames.follow(chunk);
      this.#pass(chunk);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#ended = true;
    done();
  }

  #pass(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.push(chunk);
  }

  #passTheRest(chunk: Buffer, goodbye: Buffer): void {
    const boundary = this.#frames.followToBoundary(chunk);
    if (boundary < 0) {
      this.#pass(chunk);
      return;
    }
    this.#pass(chunk.subarray(0, boundary));
    this.#say(goodbye);
    this.#hear(chunk.subarray(boundary));
  }

  #say(goodbye: Buffer): void {
    this.#said = true;
    // Who said goodbye by itself has said all.
    if (!this.heard) this.push(goodbye);
    this.#changed();
  }

  #hear(chunk: Buffer): void {
    if (this.heard) return;
    this.#frames.follow(chunk);
    if (this.heard) this.#changed();
  }
}
