import type { Writable } from 'node:stream';

const PIECE = Buffer.alloc(1 << 18, 'abcdefgh');

/** One mebibyte. */
export const MEBIBYTE = 1 << 20;

/** Bytes on their way into a stream. */
export interface Poured {
  /** Bytes that the stream has taken. */
  taken: number;
}

/** Writes so many bytes into a stream, as fast as it takes them, and ends it. */
export function pour(stream: Writable, bytes: number): Poured {
  const poured: Poured = { taken: 0 };
  const more = () => {
    while (poured.taken < bytes && !stream.destroyed) {
      const left = bytes - poured.taken;
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      poured.taken += piece.length;
      if (!stream.write(piece)) return;
    }
    stream.off('drain', more);
    stream.end();
  };
  stream.on('drain', more);
  more();
  return poured;
}
