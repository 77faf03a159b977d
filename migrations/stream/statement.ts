/** Pure. What a statement in the binlog means for captured tables; a row format source writes few of them. */

/** `pass` touches nothing captured; `refuse` must stop the stream. */
export type Verdict =
  | { kind: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'pass' }
  | { kind: 'refuse'; reason: 'statement' | 'ddl'; table: string };

const DML = /^(insert|update|delete|replace|load|truncate|call|do|import|with)\b/i;
const DDL = /^(alter|drop|rename|create|truncate)\b/i;
const HARMLESS =
  /^(analyze|optimize|repair|check|flush|grant|revoke|set|create\s+(or\s+replace\s+)?(unique\s+)?index|drop\s+index|drop\s+temporary|create\s+temporary|create\s+user|drop\s+user|alter\s+user)\b/i;

/** `current` is the statement's default schema; `tables` are the captured ones of `schema`. */
export function judgeStatement(
  statement: string,
  current: string,
  schema: string,
  tables: readonly string[],
): Verdict {
  const text = statement.replace(/^(\s|\/\*(?!!)[\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n)+/, '').trimEnd();
  if (/^(begin|start\s+transaction)\b/i.test(text)) return { kind: 'begin' };
  if (/^(commit|xa\s+commit)\b/i.test(text)) return { kind: 'commit' };
  if (/^(rollback\s+to|savepoint|release\s+savepoint|xa\s)/i.test(text)) return { kind: 'savepoint' };
  if (/^rollback\b/i.test(text)) return { kind: 'rollback' };
  if (HARMLESS.test(text)) return { kind: 'pass' };
  const table = tables.find((name) => mentions(text, name));
  const near = current === schema || mentions(text, schema);
  if (DDL.test(text)) {
    const dropsAll = /^drop\s+(database|schema)\b/i.test(text) && mentions(text, schema);
    if (dropsAll) return { kind: 'refuse', reason: 'ddl', table: `${schema}.*` };
    return near && table !== undefined ? { kind: 'refuse', reason: 'ddl', table } : { kind: 'pass' };
  }
  // A statement on another table of the same schema may reach a captured one through a trigger or a view.
  if (DML.test(text) && near) return { kind: 'refuse', reason: 'statement', table: table ?? '' };
  return { kind: 'pass' };
}

function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^\\w$])\`?${escaped}\`?($|[^\\w$])`, 'i').test(text);
}
