/** Pure. One line of the log: JSON with time, level, process, message and fields. Never throws. */

/** What every line says; a field of the same name keeps its value under a trailing underscore. */
export interface LineHead {
  time: string;
  level: string;
  process: string;
  message: string;
  requestId?: string;
}

/** Fields that whoever logs them has written as a JSON object already: a `requestId`, and no other name of the head. */
export class WrittenFields {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Writes a line. Errors become name, message, code, stack and causes; a circle is cut, a BigInt is text. */
export function logLine(head: LineHead, fields: object): string {
  try {
    if (fields instanceof WrittenFields) return joined(JSON.stringify(head), fields.json);
    if (isPlain(head, fields)) return joined(JSON.stringify(head), JSON.stringify(fields));
    return JSON.stringify({ ...head, ...withoutClash(head, fields) }, readable);
  } catch {
    return careful(head, fields);
  }
}

/** The fields of a line of a logger that has fields of its own. */
export function withOwn(own: object, fields: object): object {
  return fields instanceof WrittenFields ? { ...own, ...JSON.parse(fields.json) } : { ...own, ...fields };
}

/** Most lines hold plain values only; a replacer, and an object made of both, would triple what they cost. */
function isPlain(head: LineHead, fields: object): boolean {
  for (const key in fields) {
    const value = fields[key as keyof typeof fields] as unknown;
    if (typeof value === 'bigint' || typeof value === 'function' || key in head) return false;
    if (typeof value === 'object' && value !== null) return false;
  }
  return true;
}

/** One object of two, both written as JSON. */
function joined(head: string, fields: string): string {
  return fields === '{}' ? head : `${head.slice(0, -1)},${fields.slice(1)}`;
}

function withoutClash(head: LineHead, fields: object): object {
  const clash = Object.keys(fields).some((key) => key in head);
  if (!clash) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key in head ? `${key}_` : key, value]),
  );
}

/** The slow way, for fields that JSON.stringify refuses. */
function careful(head: LineHead, fields: object): string {
  try {
    return JSON.stringify({ ...head, ...withoutClash(head, cut(fields, []) as object) });
  } catch (error) {
    return JSON.stringify({ ...head, unreadable: String(error) });
  }
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return partsOf(value);
  return typeof value === 'bigint' ? value.toString() : value;
}

function partsOf(error: Error): object {
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { name, message, code, stack, cause };
}

/** A copy in which what contains itself is named instead. */
function cut(value: unknown, above: object[]): unknown {
  if (typeof value !== 'object' || value === null) return readable('', value);
  if (above.includes(value)) return '[circular]';
  const inner = [...above, value];
  if (Array.isArray(value)) return value.map((one) => cut(one, inner));
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  const parts = value instanceof Error ? partsOf(value) : value;
  return Object.fromEntries(Object.entries(parts).map(([key, one]) => [key, cut(one, inner)]));
}
