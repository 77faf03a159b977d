/** Pure. Finds where messages end in one direction of a WebSocket (RFC 6455, 5.2 and 5.4); it keeps no payload. */

const CLOSE = 8;
/** The longest head of a frame: two bytes, eight of length, four of mask. */
const LONGEST_HEAD = 14;

/** Follows the frames of a stream of bytes. */
export class FrameScanner {
  #head = Buffer.alloc(LONGEST_HEAD);
  #headSize = 0;
  /** Bytes of the frame's payload still to come. */
  #payload = 0;
  /** A message is open whose next fragment is to come. */
  #fragments = false;
  #closed = false;

  /** Whether nothing is open: the next byte would begin a message. */
  get atBoundary(): boolean {
    return this.#headSize === 0 && this.#payload === 0 && !this.#fragments;
  }

  /** Whether a Close frame has begun: nothing may follow it. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Follows `chunk` to its end. */
  follow(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#step(chunk, at);
  }

  /** Follows `chunk` to the first place where nothing is open, and no further: its index, or -1 when there is none. */
  followToBoundary(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && !this.atBoundary) at = this.#step(chunk, at);
    return this.atBoundary ? at : -1;
  }

  #step(chunk: Buffer, at: number): number {
    if (this.#payload > 0) {
      const taken = Math.min(this.#payload, chunk.length - at);
      this.#payload -= taken;
      return at + taken;
    }
    this.#head[this.#headSize] = chunk[at]!;
    this.#headSize += 1;
    if (this.#headSize >= 2 && this.#headSize === this.#headLength()) this.#begin();
    return at + 1;
  }

  /** The head is whole. */
  #begin(): void {
    const first = this.#head[0]!;
    const opcode = first & 0x0f;
    // Control frames may stand between the fragments of a message.
    if (opcode < CLOSE) this.#fragments = first < 0x80;
    if (opcode === CLOSE) this.#closed = true;
    this.#payload = this.#payloadLength();
    this.#headSize = 0;
  }

  #payloadLength(): number {
    const short = this.#head[1]! & 0x7f;
    if (short === 126) return this.#head.readUInt16BE(2);
    if (short === 127) return this.#head.readUInt32BE(2) * 2 ** 32 + this.#head.readUInt32BE(6);
    return short;
  }

  #headLength(): number {
    const second = this.#head[1]!;
    const short = second & 0x7f;
    const length = short === 126 ? 4 : short === 127 ? 10 : 2;
    return length + (second >= 0x80 ? 4 : 0);
  }
}
