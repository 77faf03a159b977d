/** Pure. The credentials that a request presents, read from its headers as received. */

/** What was presented. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'jwt'; token: string }
  | { kind: 'apiKey'; key: string }
  | { kind: 'ambiguous' };

/** Bytes; a larger token is refused before anything is computed over it. */
export const LONGEST_TOKEN = 8_192;

const NOTHING: Credentials = { kind: 'none' };
const AMBIGUOUS: Credentials = { kind: 'ambiguous' };

/**
 * Reads them from name, value, name, value. A bearer token counts before an API key; another scheme of
 * Authorization is an upstream's affair. `apiKeyHeader` in lower case; undefined: keys are not looked for.
 */
export function credentialsOf(
  raw: readonly string[],
  tokens: boolean,
  apiKeyHeader: string | undefined,
): Credentials {
  let authorization: string | undefined;
  let key: string | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    if (name === 'authorization') {
      // Two parties could each believe another one of the two.
      if (authorization !== undefined) return AMBIGUOUS;
      authorization = raw[index + 1]!;
    } else if (name === apiKeyHeader) {
      if (key !== undefined) return AMBIGUOUS;
      key = raw[index + 1]!;
    }
  }
  if (tokens && authorization !== undefined && authorization.slice(0, 7).toLowerCase() === 'bearer ')
    return { kind: 'jwt', token: authorization.slice(7).trim() };
  return key === undefined ? NOTHING : { kind: 'apiKey', key };
}
