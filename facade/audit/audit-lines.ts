/** Pure. The audit as lines of JSON: what is written to a file, and what is read from one. */
import type { AuditEntry } from './entry.ts';

/** What a file holds. */
export interface AuditLines {
  entries: AuditEntry[];
  /** Counted from 1: the first line that is no entry. */
  bad: number | undefined;
}

/** Entries as text; each line has its line break. */
export function toLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** One line as an entry; undefined when it is none. */
export function entryOf(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<AuditEntry> | null;
    const whole = Number.isInteger(entry?.sequence) && typeof entry?.hash === 'string';
    return whole ? (entry as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The entries of a file's text. The same line again is passed over, since facades that share a file each write it. What
 * follows the last line break was cut off by a crash, and was never acknowledged.
 */
export function fromLines(text: string): AuditLines {
  const seen = new Set<string>();
  const entries: AuditEntry[] = [];
  const lines = text.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    if (seen.has(line)) continue;
    seen.add(line);
    const entry = entryOf(line);
    if (entry === undefined) return { entries, bad: index + 1 };
    entries.push(entry);
  }
  return { entries, bad: undefined };
}
