/** One direction of a WebSocket: passes bytes on as they come, and can end them with a Close frame between two messages. */
import { Transform, type TransformCallback } from 'node:stream';
import { FrameScanner } from './frame-scanner.ts';

/** Bytes in, the same bytes out, until it is told to end. */
export class FrameRelay extends Transform {
  #frames = new FrameScanner();
  #last: Buffer | undefined;
  #ended = false;
  /** Bytes that passed. */
  bytes = 0;

  /** Ends it with `frame`, when the message that is open now is whole; what comes after is dropped. */
  endWith(frame: Buffer): void {
    if (this.#last !== undefined || this.#ended) return;
    this.#last = frame;
    if (this.#frames.atBoundary) this.#finish();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#ended) done();
    else if (this.#last === undefined) {
      this.#frames.follow(chunk);
      this.#pass(chunk, done);
    } else this.#endWithin(chunk, done);
  }

  override _flush(done: TransformCallback): void {
    this.#ended = true;
    done();
  }

  #endWithin(chunk: Buffer, done: TransformCallback): void {
    const boundary = this.#frames.followToBoundary(chunk);
    if (boundary < 0) {
      this.#pass(chunk, done);
      return;
    }
    this.bytes += boundary;
    this.push(chunk.subarray(0, boundary));
    this.#finish();
    done();
  }

  #pass(chunk: Buffer, done: TransformCallback): void {
    this.bytes += chunk.length;
    done(null, chunk);
  }

  #finish(): void {
    this.#ended = true;
    // An end that said goodbye by itself has said all.
    if (!this.#frames.closed) this.push(this.#last);
    this.push(null);
  }
}
