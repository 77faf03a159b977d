/** Pure. The head of an answer from undici's form of it. */

/** Name, value, name, value: one character a byte. */
export function textsOf(raw: readonly Buffer[]): string[] {
  const texts: string[] = new Array(raw.length);
  for (let index = 0; index < raw.length; index += 1) texts[index] = raw[index]!.toString('latin1');
  return texts;
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
