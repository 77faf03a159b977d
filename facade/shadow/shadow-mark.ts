/** The mark on shadow calls: services may trust it, since from outside it is removed and cannot be made up. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that carries it. */
export const SHADOW_MARK_HEADER = 'x-strangler-shadow';

/** Makes and knows marks. */
export interface ShadowMarks {
  make(requestId: string): string;
  /** Whether a request is a shadow call of a facade with the same secret: such a request is not shadowed again. */
  isOwn(header: string | string[] | undefined): boolean;
}

/** Marks are `requestId.hmac`; facades that share the secret know each other's. */
export function createShadowMarks(secret: string | Buffer): ShadowMarks {
  const sign = (requestId: string) => createHmac('sha256', secret).update(requestId).digest();
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
