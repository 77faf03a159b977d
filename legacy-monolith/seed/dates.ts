/** Pure. */
import { between, type Random } from './random.ts';

const FIRST_DAY = Date.UTC(2015, 0, 1);
const DAY = 86_400_000;

/** A moment between 2015 and 2024, in ms since 1970. */
export function moment(random: Random): number {
  return FIRST_DAY + between(random, 0, 3650) * DAY + between(random, 0, DAY - 1);
}

/** 20240131 */
export function asInteger(ms: number): number {
  return Number(new Date(ms).toISOString().slice(0, 10).replaceAll('-', ''));
}

/** 134501 for 13:45:01; leading zeros are lost. */
export function asClock(ms: number): number {
  return Number(new Date(ms).toISOString().slice(11, 19).replaceAll(':', ''));
}

/** 2024-01-31 13:45:01 */
export function asDatetime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
