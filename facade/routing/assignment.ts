/**
 * Pure. Which side answers a request: a function of the route's stage and percent and the request's key,
 * the same on every facade. The buckets of a growing percent contain those of the smaller one.
 */
import type { Stage } from '../../chassis/config/schema/routes.ts';

/** Buckets that keys fall into; one is a hundredth of a percent. */
export const BUCKETS = 10_000;

/** Which side an upstream stands on for a request. */
export type Side = 'legacy' | 'service';

/**
 * Who answers, whether the service is only compared, and whether legacy may stand in for the service. `overridden`: a
 * tester chose it, so that it is no evidence.
 */
export type Assignment =
  | { answers: 'legacy'; candidate: boolean; overridden?: true }
  | { answers: 'service'; fallback: boolean; overridden?: true };

/** Legacy, as if there were no route. */
export const LEGACY_ALONE: Assignment = { answers: 'legacy', candidate: false };
const LEGACY_COMPARED: Assignment = { answers: 'legacy', candidate: true };
const SERVICE_BACKED: Assignment = { answers: 'service', fallback: true };
const SERVICE_ALONE: Assignment = { answers: 'service', fallback: false };

/** What an assignment depends on. */
export interface AssignmentRule {
  stage: Stage;
  /** 0 to 100; only the canary stage looks at it. */
  percent: number;
  /** The route's id or its group's, so that one key falls into different buckets on routes that move apart. */
  salt: string;
}

/** The assignment of a request; without a key a canary request stays on legacy. */
export function assign(rule: AssignmentRule, key: () => string | undefined): Assignment {
  switch (rule.stage) {
    case 'legacy':
      return LEGACY_ALONE;
    case 'shadow':
      return LEGACY_COMPARED;
    case 'canary':
      return inCanary(rule, key()) ? SERVICE_BACKED : LEGACY_COMPARED;
    case 'live':
      return SERVICE_BACKED;
    case 'retired':
      return SERVICE_ALONE;
  }
}

function inCanary({ percent, salt }: AssignmentRule, key: string | undefined): boolean {
  return key !== undefined && bucketOf(salt, key) < percent * 100;
}

/** The bucket (0 to 9,999) of a key on a route: FNV-1a over salt and key, mixed by Murmur3's finalizer. */
export function bucketOf(salt: string, key: string): number {
  return fmix32(fnv1a(key, fnv1a('\0', fnv1a(salt)))) % BUCKETS;
}

/** FNV-1a, 32 bits, over UTF-16 code units (Fowler, Noll, Vo; isthe.com/chongo/tech/comp/fnv). */
function fnv1a(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** The finalizer of MurmurHash3 (Austin Appleby, public domain). */
function fmix32(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
