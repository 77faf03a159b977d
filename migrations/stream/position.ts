/** Pure. A place in the source's binlog, ordered by file number and offset. */

/** `offset` is the byte at which the next event starts. */
export interface Position {
  file: string;
  offset: number;
}

/** Negative when `a` stands before `b`, 0 when they are the same place. */
export function comparePositions(a: Position, b: Position): number {
  return fileNumber(a.file) - fileNumber(b.file) || a.offset - b.offset;
}

/** Whether a stream at `at` has passed everything before `mark`. */
export function hasPassed(at: Position, mark: Position): boolean {
  return comparePositions(at, mark) >= 0;
}

/** `mysql-bin.000012:4711`. */
export function showPosition({ file, offset }: Position): string {
  return `${file}:${offset}`;
}

/** Bytes of binlog between two places, given the size of each binlog file; 0 when `to` is not behind `from`. */
export function bytesBetween(from: Position, to: Position, sizes: ReadonlyMap<string, number>): number {
  if (comparePositions(from, to) >= 0) return 0;
  if (from.file === to.file) return to.offset - from.offset;
  let bytes = (sizes.get(from.file) ?? from.offset) - from.offset + to.offset;
  for (const [file, size] of sizes) {
    const number = fileNumber(file);
    if (number > fileNumber(from.file) && number < fileNumber(to.file)) bytes += size;
  }
  return bytes;
}

function fileNumber(file: string): number {
  return Number(file.slice(file.lastIndexOf('.') + 1));
}
