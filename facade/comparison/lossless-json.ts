/** Pure. JSON whose numbers keep their digits: what a double cannot hold stays as its literal. */

/** A number as it was written, because a double would round it. */
export interface NumberLiteral {
  readonly [LITERAL]: string;
}

const LITERAL = Symbol('number literal');

/** A parsed value. */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | NumberLiteral
  | JsonValue[]
  | { [key: string]: JsonValue };

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => JsonValue;

/** Parses; throws SyntaxError as JSON.parse does. A leading byte order mark is not part of the value. */
export function parseLossless(text: string): JsonValue {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  // Without a long digit string or an exponent no number can lose anything.
  if (!/\d[\d.]{15}|\d[eE][-+]?\d/.test(plain)) return JSON.parse(plain) as JsonValue;
  return parseWithSource(plain, (_key, value, context) => {
    if (typeof value !== 'number' || context?.source === undefined) return value;
    return normalized(context.source) === normalized(String(value)) ? value : literal(context.source);
  });
}

/** Whether a value is a number kept as its literal. */
export function isNumberLiteral(value: unknown): value is NumberLiteral {
  return typeof value === 'object' && value !== null && LITERAL in value;
}

/** Whether two numbers have the same decimal value: 1 and 1.0 do, 2^53 and 2^53 + 1 do not. */
export function sameNumber(a: number | NumberLiteral, b: number | NumberLiteral): boolean {
  return normalized(textOf(a)) === normalized(textOf(b));
}

/** A value as JSON text, literals as they were written. */
export function showJson(value: unknown): string {
  if (isNumberLiteral(value)) return value[LITERAL];
  if (Array.isArray(value)) return `[${value.map(showJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${showJson(inner)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'nothing';
}

function textOf(value: number | NumberLiteral): string {
  return isNumberLiteral(value) ? value[LITERAL] : String(value);
}

function literal(source: string): NumberLiteral {
  return { [LITERAL]: source };
}

/** Digits without leading and trailing zeros, and the power of ten they stand at: `1.50e3` → `15e2`. */
function normalized(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
