/** Pure. What preflight says: each finding with what was found, what was expected, and what to do. */

/** A blocker keeps the copy from starting. */
export type Level = 'ok' | 'warning' | 'blocker';

/** One finding. */
export interface Finding {
  /** A stable name, such as `binlog-format`. */
  id: string;
  level: Level;
  /** The table it is about, when it is about one. */
  table?: string;
  found: string;
  expected: string;
  /** Empty for `ok`. */
  remedy: string;
}

/** A finding that is `ok` when the condition holds. */
export function finding(
  holds: boolean,
  otherwise: Exclude<Level, 'ok'>,
  rest: Omit<Finding, 'level'>,
): Finding {
  return holds ? { ...rest, level: 'ok', remedy: '' } : { ...rest, level: otherwise };
}

/** The findings that keep a copy from starting. */
export function blockers(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ level }) => level === 'blocker');
}
