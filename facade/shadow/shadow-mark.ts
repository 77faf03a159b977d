/** The mark on shadow calls: services may trust it, since from outside it is removed and cannot be made up. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The header that carries it. */
export const SHADOW_MARK_HEADER = 'x-strangler-shadow';

const KEY_INFO = 'strangler-kit x-strangler-shadow';

/** Makes and knows marks. */
export interface ShadowMarks {
  make(): string;
  /** Whether a request is a shadow call of a facade with the same key: such a request is not shadowed again. */
  isOwn(header: string | string[] | undefined): boolean;
}

/** One mark serves all calls of this time, in milliseconds: an HMAC for each call would cost more than the call. */
const PERIOD_MS = 60_000;
/** Marks are known for a day before and after, as clocks differ. */
const KNOWN_PERIODS = 24 * 60;

/**
 * The key of marks, from a secret that facades share. Every candidate sees marks: with a key of their own they are no
 * proof of who knows the secret, and tell nothing of one that cannot be guessed.
 */
export function shadowMarkKey(secret: string | Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', KEY_INFO, 32));
}

/** Marks are `period.hmac`; facades that share the key know each other's. `now`: milliseconds since the epoch. */
export function createShadowMarks(key: Buffer, now: () => number): ShadowMarks {
  const sign = (period: number) => createHmac('sha256', key).update(String(period)).digest();
  const periodNow = () => Math.floor(now() / PERIOD_MS);
  let period = Number.NaN;
  let mark = '';
  return {
    make() {
      const current = periodNow();
      if (current !== period) mark = `${current}.${sign(current).toString('hex')}`;
      period = current;
      return mark;
    },
    isOwn(header) {
      if (typeof header !== 'string') return false;
      const dot = header.lastIndexOf('.');
      const claimed = Number(header.slice(0, Math.max(dot, 0)));
      if (!(Math.abs(claimed - periodNow()) <= KNOWN_PERIODS)) return false;
      const given = Buffer.from(header.slice(dot + 1), 'hex');
      const expected = sign(claimed);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
