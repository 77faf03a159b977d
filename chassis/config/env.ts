/** Pure. `${NAME}` and `${NAME:-default}` in the config's text. */

/** What expansion gave: the text, and each name that had no value, with the line it stands on. */
export interface Expansion {
  text: string;
  missing: { name: string; line: number; column: number }[];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` by the environment's value. Comments are left alone; a value cannot break out of its
 * line, so one that holds a line break counts as missing.
 */
export function expandEnv(text: string, env: Record<string, string | undefined>): Expansion {
  const missing: Expansion['missing'] = [];
  const lines = text.split('\n').map((line, index) => {
    if (/^\s*#/.test(line)) return line;
    return line.replace(REFERENCE, (whole, name: string, fallback: string | undefined, offset: number) => {
      const value = env[name] || fallback;
      if (value !== undefined && !value.includes('\n')) return value;
      missing.push({ name, line: index + 1, column: offset + 1 });
      return whole;
    });
  });
  return { text: lines.join('\n'), missing };
}
