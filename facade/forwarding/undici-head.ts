/** Pure. The head of an answer from undici's form of it. */

/** Name, value, name, value: one character a byte. */
export function textsOf(raw: readonly Buffer[]): string[] {
  const first = raw[0];
  const last = raw[raw.length - 1];
  if (first === undefined || last === undefined || !areInOrder(raw)) {
    return raw.map((part) => part.toString('latin1'));
  }
  // They lie in one piece of memory: the whole head becomes text by one call, not each of its parts.
  const from = first.byteOffset;
  const head = Buffer.from(first.buffer, from, last.byteOffset + last.length - from).toString('latin1');
  const texts: string[] = new Array(raw.length);
  for (let index = 0; index < raw.length; index += 1) {
    const { byteOffset, length } = raw[index]!;
    texts[index] = head.slice(byteOffset - from, byteOffset - from + length);
  }
  return texts;
}

/** Whether all are views of one head; what came in several pieces was copied together elsewhere. */
function areInOrder(raw: readonly Buffer[]): boolean {
  const { buffer } = raw[0]!;
  let end = 0;
  for (const part of raw) {
    if (part.buffer !== buffer || part.byteOffset < end) return false;
    end = part.byteOffset + part.length;
  }
  return true;
}

/**
 * undici reads the reason as UTF-8; in a head every character stands for one byte. Undefined where it was none: the
 * bytes are lost.
 */
export function bytesOf(reason: string | undefined): string | undefined {
  if (reason === undefined) return undefined;
  for (let index = 0; index < reason.length; index += 1) {
    if (reason.charCodeAt(index) > 0x7f)
      return reason.includes('\ufffd') ? undefined : Buffer.from(reason).toString('latin1');
  }
  return reason;
}
