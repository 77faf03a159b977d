/** Pure. Cookies whose value carries a signature over name and value, so that a client cannot choose it. */
import { isSigned, sign } from './signature.ts';

/** `VALUE.SIGNATURE`, the signature over `NAME=VALUE`. */
export function signCookie(name: string, value: string, secret: string): string {
  return `${value}.${sign(`${name}=${value}`, secret)}`;
}

/** The value, when one of the secrets signed it; undefined for any other. */
export function verifiedCookie(
  name: string,
  signed: string | undefined,
  secrets: readonly string[],
): string | undefined {
  const dot = signed?.lastIndexOf('.') ?? -1;
  if (signed === undefined || dot < 1) return undefined;
  const value = signed.slice(0, dot);
  const signature = signed.slice(dot + 1);
  return secrets.some((secret) => isSigned(`${name}=${value}`, signature, secret)) ? value : undefined;
}
