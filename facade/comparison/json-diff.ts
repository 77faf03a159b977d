/** Pure. Where two JSON values differ, by structural path: `$.items[].price`. */
import { isNumberLiteral, type JsonValue, type NumberLiteral, sameNumber } from './lossless-json.ts';
import { pairElements } from './unordered.ts';

/** The ways in which a place can differ. */
export type DifferenceKind =
  | 'status'
  | 'header-missing'
  | 'header-extra'
  | 'header-value'
  | 'missing'
  | 'extra'
  | 'type'
  | 'null'
  | 'value'
  | 'array-length'
  | 'element-missing'
  | 'element-extra'
  | 'text'
  | 'binary';

/** One place where control and candidate differ. */
export interface Difference {
  path: string;
  kind: DifferenceKind;
  control: unknown;
  candidate: unknown;
}

/** A path whose array's order does not count; `by` names the member that pairs elements. */
export interface UnorderedRule {
  path: string;
  by?: string | undefined;
}

/** More differences than these in one answer tell nothing more. */
const MOST_DIFFERENCES = 50;
const DEEPEST = 200;

/** The differences of two parsed values, at most 50. */
export function diffJson(
  control: JsonValue,
  candidate: JsonValue,
  unordered: readonly UnorderedRule[] = [],
): Difference[] {
  const found: Difference[] = [];
  const rules = new Map(unordered.map((rule) => [rule.path, rule]));
  visit({ rules, found }, '$', control, candidate, 0);
  return found;
}

interface Walk {
  rules: ReadonlyMap<string, UnorderedRule>;
  found: Difference[];
}

function visit(walk: Walk, path: string, control: JsonValue, candidate: JsonValue, depth: number): void {
  if (walk.found.length >= MOST_DIFFERENCES || control === candidate) return;
  const [left, right] = [typeOf(control), typeOf(candidate)];
  if (left !== right || depth > DEEPEST) {
    const kind = left === 'null' || right === 'null' ? 'null' : 'type';
    walk.found.push({ path, kind: depth > DEEPEST ? 'value' : kind, control, candidate });
    return;
  }
  if (left === 'array') arrays(walk, path, control as JsonValue[], candidate as JsonValue[], depth);
  else if (left === 'object') objects(walk, path, control as JsonObject, candidate as JsonObject, depth);
  else if (left === 'number' && sameNumber(control as Numeric, candidate as Numeric)) return;
  else walk.found.push({ path, kind: 'value', control, candidate });
}

type JsonObject = { [key: string]: JsonValue };
type Numeric = number | NumberLiteral;

function objects(walk: Walk, path: string, control: JsonObject, candidate: JsonObject, depth: number): void {
  for (const key of Object.keys(control)) {
    const inner = path + memberPath(key);
    if (Object.hasOwn(candidate, key)) visit(walk, inner, control[key]!, candidate[key]!, depth + 1);
    else push(walk, { path: inner, kind: 'missing', control: control[key], candidate: undefined });
  }
  for (const key of Object.keys(candidate)) {
    if (Object.hasOwn(control, key)) continue;
    push(walk, {
      path: path + memberPath(key),
      kind: 'extra',
      control: undefined,
      candidate: candidate[key],
    });
  }
}

function arrays(walk: Walk, path: string, control: JsonValue[], candidate: JsonValue[], depth: number): void {
  const inner = `${path}[]`;
  const rule = walk.rules.get(path) ?? walk.rules.get(inner);
  if (rule === undefined) {
    if (control.length !== candidate.length) {
      push(walk, { path, kind: 'array-length', control: control.length, candidate: candidate.length });
    }
    const shared = Math.min(control.length, candidate.length);
    for (let index = 0; index < shared; index += 1)
      visit(walk, inner, control[index]!, candidate[index]!, depth + 1);
    return;
  }
  const equal = (a: JsonValue, b: JsonValue) => sameUnder(walk.rules, inner, a, b, depth + 1);
  const { pairs, left, right } = pairElements(control, candidate, rule.by, equal);
  for (const [a, b] of pairs) visit(walk, inner, a, b, depth + 1);
  for (const element of left)
    push(walk, { path: inner, kind: 'element-missing', control: element, candidate: undefined });
  for (const element of right)
    push(walk, { path: inner, kind: 'element-extra', control: undefined, candidate: element });
}

function sameUnder(
  rules: Walk['rules'],
  path: string,
  control: JsonValue,
  candidate: JsonValue,
  depth: number,
): boolean {
  const found: Difference[] = [];
  visit({ rules, found }, path, control, candidate, depth);
  return found.length === 0;
}

function push({ found }: Walk, difference: Difference): void {
  if (found.length < MOST_DIFFERENCES) found.push(difference);
}

function memberPath(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function typeOf(value: JsonValue): 'null' | 'array' | 'object' | 'number' | 'string' | 'boolean' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isNumberLiteral(value)) return 'number';
  return typeof value as 'object' | 'number' | 'string' | 'boolean';
}
