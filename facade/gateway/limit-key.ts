/** Pure. The key by which a limit counts a request; there always is one, so that nobody is uncounted. */
import { createHash } from 'node:crypto';
import type { KeySource } from '../../chassis/config/schema/key-source.ts';
import { findKey, type KeyPlaces, sourceText } from '../routing/assignment-key.ts';

/** Longer ones are digested: a client must not choose how much the store keeps. */
const LONGEST = 64;

/** The first source that has a value, else the address. */
export function limitKey(sources: readonly KeySource[], places: KeyPlaces): string {
  const { source, value } = findKey(sources, places) ?? {
    source: { kind: 'ip' as const },
    value: places.address,
  };
  const counted = source.kind === 'ip' ? subscriberOf(value) : value;
  const short =
    counted.length <= LONGEST ? counted : createHash('sha256').update(counted).digest('base64url');
  return `${sourceText(source)} ${short}`;
}

/** An IPv6 subscriber has a whole /64 of addresses to come from (RFC 6177). */
function subscriberOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left.slice(0, 4).join(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
