/** Pure. Signatures by a shared secret: HMAC-SHA-256 (RFC 2104) over a text, as base64url. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The signature of a text. */
export function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url');
}

/** Whether a signature is that of the text; it takes as long for any wrong one. */
export function isSigned(text: string, signature: string, secret: string): boolean {
  const expected = Buffer.from(sign(text, secret));
  const found = Buffer.from(signature);
  return found.length === expected.length && timingSafeEqual(found, expected);
}
