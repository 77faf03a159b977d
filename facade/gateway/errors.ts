/** What a client is told that does not prove itself, asks too often, or from the wrong page. */
import { defineErrors, EXIT } from '../../chassis/errors.ts';

const exit = EXIT.usage;

export const gatewayErrors = defineErrors({
  AUTH_REQUIRED: {
    status: 401,
    exit,
    message: () => 'Found no credential, expected one of the kinds that this path asks for.',
    remedy: 'Send "Authorization: Bearer <token>" or the API key in its header.',
  },
  AUTH_AMBIGUOUS: {
    status: 400,
    exit,
    message: () => 'Found a credential header more than once, expected it once.',
    remedy: 'Send one Authorization header and one API key.',
  },
  TOKEN_INVALID: {
    status: 401,
    exit,
    message: () => 'Found a token that is not valid here: its signature, issuer, audience, time or claims.',
    remedy: 'Get a new token; the log of the facade says at this request id what is wrong with this one.',
  },
  API_KEY_INVALID: {
    status: 401,
    exit,
    message: () => 'Found an API key that is not known.',
    remedy: 'Use a key whose SHA-256 stands in auth.apiKeys.keys.',
  },
  CREDENTIAL_KIND_REFUSED: {
    status: 403,
    exit,
    message: () => 'Found a valid credential of a kind that this path does not take.',
    remedy: 'Use another credential, or let the path take this kind (auth of the route).',
  },
  SCOPE_MISSING: {
    status: 403,
    exit,
    message: () => 'Found a valid credential without a scope that this path asks for.',
    remedy: 'Get a credential with the scopes of the route.',
  },
  TOKEN_KEYS_AWAY: {
    status: 503,
    exit: EXIT.unreachable,
    message: () => 'Found no keys to verify tokens with: the issuer has not given any yet.',
    remedy: 'See whether auth.jwt.jwks can be reached from the facade.',
  },
  RATE_LIMITED: {
    status: 429,
    exit,
    message: () => 'Found more requests than the limit allows.',
    remedy: 'Wait as many seconds as Retry-After says.',
  },
  RATE_LIMIT_STORE_AWAY: {
    status: 503,
    exit: EXIT.unreachable,
    message: () => 'Found the store of the rate limits away, and the limit says to deny then.',
    remedy: 'See whether Redis runs; or set whenStoreLost: allow.',
  },
  CORS_REFUSED: {
    status: 403,
    exit,
    message: () => 'Found an origin, method or header that this path does not open to other pages.',
    remedy: 'Add it to cors of the route or of the facade, if it should be.',
  },
});

/** One of the codes above. */
export type GatewayCode = keyof typeof gatewayErrors.table;
