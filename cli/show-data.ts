/** Pure. Data groups as lines of text; `now` in milliseconds since the epoch. */
import type { PlanReport } from '../migrations/preflight/preflight.ts';
import type { VerifySample } from '../migrations/verify/result.ts';
import type { GroupView } from '../migrations/worker/views.ts';
import { bar, count, table, time } from './print.ts';

/** A group's state, progress, lag, quarantine and last verification. */
export function groupLines(view: GroupView, now: number): string {
  const { group, state, copy, stream, quarantine, position, lagSeconds } = view;
  const rows: [string, string][] = [
    ['data group', `${group}: ${state}`],
    [
      'copy',
      `${bar(copy.chunks.done, copy.chunks.total)} ${count(copy.rows)} rows in ${copy.chunks.total} chunks${indexText(copy)}`,
    ],
    [
      'stream',
      `${count(stream.applied)} changes applied, lag ${lagSeconds === null ? 'unknown' : `${lagSeconds} s`}, breakers ${stream.breaker}`,
    ],
    ['position', position ?? 'none yet'],
    ['verified', verifiedText(view, now)],
    ['quarantine', quarantine.count === 0 ? 'empty' : `${count(quarantine.count)} row(s)`],
    ...(view.error === undefined ? [] : [['error', view.error] as [string, string]]),
  ];
  const samples = quarantine.samples.map(
    ({ table: name, key, column, message }) => `  ${name} ${key}${column ? ` ${column}` : ''}: ${message}`,
  );
  return [table(rows), ...samples].join('\n');
}

/** Whether the copy still builds what it took away. */
export function indexText({ indexes }: GroupView['copy']): string {
  return indexes.building ? `, building ${indexes.deferred} index(es)` : '';
}

/** What a verification found; the first differences by table, key and column. */
export function verifyLines(view: GroupView, now: number): string {
  const samples = (view.verified?.samples ?? []).map(differenceLine);
  return [`${view.group}: ${verifiedText(view, now)}`, ...samples].join('\n');
}

function differenceLine({ kind, table: name, key, column, source, target }: VerifySample): string {
  switch (kind) {
    case 'missing':
      return `  ${name} ${key}: missing in the target`;
    case 'extra':
      return `  ${name} ${key}: only in the target`;
    case 'different':
      return `  ${name} ${key}${column ? ` ${column}` : ''}: source ${source}, target ${target}`;
  }
}

/** What a plan found, and how large the copy may be. */
export function planLines(group: string, { findings, tables }: PlanReport): string {
  const found = findings.map(({ level, id, table: name, found, expected, remedy }) => {
    const about = name === undefined ? id : `${id} (${name})`;
    return level === 'ok'
      ? `  ok       ${about}: ${found}`
      : `  ${level.padEnd(8)} ${about}: found ${found}, expected ${expected}. ${remedy}`;
  });
  const sizes = tables.map(
    ({ table: name, rows, chunks }) => `  ${name}: about ${count(rows)} rows, ${chunks} chunk(s)`,
  );
  return [`data group ${group}: preflight`, ...found, 'copy', ...sizes].join('\n');
}

function verifiedText({ verified }: GroupView, now: number): string {
  if (verified === null) return 'never';
  const { rows, different, missing, extra, quarantined, clean, at } = verified;
  const counts = `${count(rows)} rows: ${different} different, ${missing} missing, ${extra} extra, ${quarantined} quarantined`;
  return `${clean ? 'equal' : 'NOT EQUAL'}, ${counts} (${time(Math.max(0, now - at))} ago)`;
}
