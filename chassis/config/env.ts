/**
 * Pure. `${NAME}` and `${NAME:-default}` in the config. A reference is first replaced by a mark of the same
 * length, and the mark by its value when the YAML is parsed: so a value stays inside its own scalar whatever
 * characters it has, and every problem is found where it stands in the file.
 */

/** One reference as it stands in the text. */
export interface EnvReference {
  name: string;
  /** As written, such as `${NAME:-default}`. */
  written: string;
  /** Undefined when the variable is not set or empty, and there is no default. */
  value: string | undefined;
}

/** A text whose references are marks, and what they stand for. */
export interface MarkedText {
  text: string;
  references: EnvReference[];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g;
// Private-use characters, which YAML takes as ordinary text: start, number in two digits, padding.
const START = '\uE000';
const PAD = '\uE001';
const DIGIT = 0xe100;
const MARK = /\uE000([\uE100-\uE1FF])([\uE100-\uE1FF])\uE001+/g;

/** Replaces each reference by a mark of its length. */
export function markReferences(text: string, env: Record<string, string | undefined>): MarkedText {
  const references: EnvReference[] = [];
  const marked = text.replace(REFERENCE, (written, name: string, fallback: string | undefined) => {
    const mark = START + digit(references.length >> 8) + digit(references.length & 255);
    references.push({ name, written, value: env[name] || fallback });
    return mark.padEnd(written.length, PAD);
  });
  return { text: marked, references };
}

/** The references whose marks stand in a text. */
export function referencesIn(text: string, { references }: MarkedText): EnvReference[] {
  return [...text.matchAll(MARK)].flatMap(([, high, low]) => references[numberOf(high!, low!)] ?? []);
}

/** Puts values in the place of marks; a reference without one is written again as it was. */
export function fillReferences(text: string, { references }: MarkedText): string {
  return text.replace(MARK, (mark, high: string, low: string) => {
    const reference = references[numberOf(high, low)];
    return reference === undefined ? mark : (reference.value ?? reference.written);
  });
}

function digit(value: number): string {
  return String.fromCharCode(DIGIT + value);
}

function numberOf(high: string, low: string): number {
  return (high.charCodeAt(0) - DIGIT) * 256 + low.charCodeAt(0) - DIGIT;
}
