/** Pure. How far a stream is behind, without trusting two clocks to agree. */
import { hasPassed, type Position } from './position.ts';

/** Places that the source had reached at certain times. */
export interface LagMarks {
  /** Notes where the source stands; returns the seconds since the stream last had everything. */
  seconds(now: number, source: Position, stream: Position): number;
}

/** `now` is in milliseconds of any steady clock. */
export function createLagMarks(): LagMarks {
  let marks: { at: number; source: Position }[] = [];
  return {
    seconds(now, source, stream) {
      marks = [...marks, { at: now, source }].filter((mark) => !hasPassed(stream, mark.source));
      // A stream that stands still must not make the list grow; the oldest mark is what counts.
      if (marks.length > 600) marks = [marks[0]!, ...marks.slice(-300)];
      return marks.length === 0 ? 0 : (now - marks[0]!.at) / 1_000;
    },
  };
}
