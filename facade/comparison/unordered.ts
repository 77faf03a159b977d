/** Pure. Pairs the elements of two arrays whose order does not count. */
import { type JsonValue, showJson } from './lossless-json.ts';

/** Elements that belong together, and the ones without a partner. */
export interface Pairing {
  pairs: [JsonValue, JsonValue][];
  left: JsonValue[];
  right: JsonValue[];
}

/** Above this many unequal elements on a side they are paired in order: pairing by likeness is quadratic. */
const MOST_PAIRED_BY_LIKENESS = 64;

/** Pairs by the member `by`, or as multisets: equal elements with each other, the rest in order. */
export function pairElements(
  left: JsonValue[],
  right: JsonValue[],
  by: string | undefined,
  equal: (a: JsonValue, b: JsonValue) => boolean,
): Pairing {
  return by === undefined ? pairEqual(left, right, equal) : pairByKey(left, right, by);
}

function pairByKey(left: JsonValue[], right: JsonValue[], by: string): Pairing {
  return pairBy(left, right, (element) => {
    const key = memberOf(element, by);
    return key === undefined ? showJson(element) : showJson(key);
  });
}

function pairEqual(
  left: JsonValue[],
  right: JsonValue[],
  equal: (a: JsonValue, b: JsonValue) => boolean,
): Pairing {
  const same = pairBy(left, right, canonical);
  if (same.left.length > MOST_PAIRED_BY_LIKENESS || same.right.length > MOST_PAIRED_BY_LIKENESS) {
    return inOrder({ ...same, pairs: [] });
  }
  const rest: Pairing = { pairs: [], left: [], right: [...same.right] };
  for (const element of same.left) {
    const partner = rest.right.findIndex((other) => equal(element, other));
    if (partner < 0) rest.left.push(element);
    else rest.right.splice(partner, 1);
  }
  return inOrder(rest);
}

/** What found no equal partner is held against what stands at the same place among the leftovers. */
function inOrder({ left, right }: Pairing): Pairing {
  const shared = Math.min(left.length, right.length);
  const pairs = left
    .slice(0, shared)
    .map((element, index): [JsonValue, JsonValue] => [element, right[index]!]);
  return { pairs, left: left.slice(shared), right: right.slice(shared) };
}

/** Equal keys are paired one to one, in order of appearance. */
function pairBy(left: JsonValue[], right: JsonValue[], keyOf: (element: JsonValue) => string): Pairing {
  const waiting = new Map<string, JsonValue[]>();
  for (const element of right) {
    const key = keyOf(element);
    const same = waiting.get(key);
    if (same === undefined) waiting.set(key, [element]);
    else same.push(element);
  }
  for (const same of waiting.values()) same.reverse();
  const pairing: Pairing = { pairs: [], left: [], right: [] };
  for (const element of left) {
    const partner = waiting.get(keyOf(element))?.pop();
    if (partner === undefined) pairing.left.push(element);
    else pairing.pairs.push([element, partner]);
  }
  pairing.right = [...waiting.values()].flatMap((same) => same.reverse());
  return pairing;
}

/** Text that is the same for values that differ in the order of members only. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null && Object.getOwnPropertySymbols(value).length === 0) {
    const members = value as { [key: string]: JsonValue };
    const keys = Object.keys(members).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(members[key]!)}`).join(',')}}`;
  }
  return showJson(value);
}

function memberOf(element: JsonValue, by: string): JsonValue | undefined {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  return Object.hasOwn(element, by) ? (element as { [key: string]: JsonValue })[by] : undefined;
}
