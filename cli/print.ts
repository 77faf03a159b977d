/** Pure. How results look on a terminal: tables, bars, times. */

/** Lines of a table; the first row is the head. Columns as wide as their widest cell. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(String));
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A bar of `width` characters with its percentage: `██████░░░░  60 %`. */
export function bar(done: number, total: number, width = 24): string {
  const part = Math.max(0, Math.min(done, total));
  const share = total <= 0 ? 0 : part / total;
  // Multiplied first: 0.29 * 100 is less than 29.
  const percentage = total <= 0 ? 0 : Math.floor((part * 100) / total);
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(percentage).padStart(3)} %`;
}

/** Milliseconds in words: `850 ms`, `12.3 s`, `4 min 10 s`, `2 h 5 min`. */
export function time(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** A count with thousands separated: `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A share as a percentage with enough digits to be told from zero: `0.4 %`. */
export function percent(share: number): string {
  if (share === 0 || share >= 0.1) return `${Math.round(share * 100)} %`;
  return `${(share * 100).toPrecision(2)} %`;
}
