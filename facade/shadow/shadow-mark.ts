/** The mark on shadow calls: services may trust it, since from outside it is removed and cannot be made up. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The header that carries it. */
export const SHADOW_MARK_HEADER = 'x-strangler-shadow';

const KEY_INFO = 'strangler-kit x-strangler-shadow';

/** Makes and knows marks. */
export interface ShadowMarks {
  make(requestId: string): string;
  /** Whether a request is a shadow call of a facade with the same key: such a request is not shadowed again. */
  isOwn(header: string | string[] | undefined): boolean;
}

/**
 * The key of marks, from a secret that facades share. Every candidate sees marks: with a key of their own they are no
 * proof of who knows the secret, and tell nothing of one that cannot be guessed.
 */
export function shadowMarkKey(secret: string | Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', KEY_INFO, 32));
}

/** Marks are `requestId.hmac`; facades that share the key know each other's. */
export function createShadowMarks(key: Buffer): ShadowMarks {
  const sign = (requestId: string) => createHmac('sha256', key).update(requestId).digest();
  return {
    make: (requestId) => `${requestId}.${sign(requestId).toString('hex')}`,
    isOwn(header) {
      if (typeof header !== 'string') return false;
      const dot = header.lastIndexOf('.');
      const given = Buffer.from(header.slice(dot + 1), 'hex');
      const expected = sign(header.slice(0, Math.max(dot, 0)));
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
