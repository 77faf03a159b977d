/** Pure. The `auth:` section: whose tokens and keys the facade believes, and what it tells the upstreams. */
import { z } from 'zod';
import { duration, show } from './quantities.ts';

/** What a client may prove itself with. */
export const CREDENTIAL_KINDS = ['jwt', 'apiKey'] as const;
/** One of `jwt`, `apiKey`. */
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Signatures with a public key only: a shared secret would let every verifier issue tokens. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Keys that came over an open line could be anybody's. */
const keySetUrl = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  },
  {
    error: (issue) =>
      `found ${show(issue.input)}, expected a URL starting with https:// (http:// for this machine alone)`,
  },
);

const jwt = z.strictObject({
  issuer: z.string().min(1),
  audience: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: 'expected a text or a list of texts',
    })
    .transform((one) => (typeof one === 'string' ? [one] : one)),
  jwks: keySetUrl,
  algorithms: z
    .array(
      z.enum(ALGORITHMS, {
        error: (issue) => `found ${show(issue.input)}, expected one of ${ALGORITHMS.join(', ')}`,
      }),
    )
    .min(1)
    .default(['RS256', 'ES256']),
  /** How far the clocks of issuer and facade may be apart. */
  clockTolerance: duration.default(5_000),
  claims: z
    .strictObject({
      /** Besides `sub` and `exp`, which every token must have. */
      required: z.array(z.string().min(1)).default([]),
      /** The claim that names the tenant. */
      tenant: z.string().min(1).default('tenant'),
    })
    .prefault({}),
});

const apiKey = z.strictObject({
  /** Who it is: the subject. */
  name: z.string().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, {
      error: 'expected the SHA-256 of the key in 64 hex digits, never the key itself',
    })
    .transform((text) => text.toLowerCase()),
  tenant: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).default([]),
});

const apiKeys = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, {
      error: (issue) => `found ${show(issue.input)}, expected the name of a header`,
    })
    .transform((text) => text.toLowerCase())
    .default('x-api-key'),
  keys: z
    .array(apiKey)
    .min(1)
    .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, {
      error: 'found a name twice, expected each key to have a name of its own',
    })
    .refine((keys) => new Set(keys.map(({ sha256 }) => sha256)).size === keys.length, {
      error: 'found a digest twice, expected each key once',
    }),
});

/** The schema of `auth:`. */
export const authSchema = z.strictObject({
  jwt: jwt.optional(),
  apiKeys: apiKeys.optional(),
  /** Whether upstreams are told who the client is, in x-strangler-subject, -tenant and -scopes. */
  forward: z.boolean().default(false),
  /** Whether the credential stays at the facade. */
  strip: z.boolean().default(false),
});

/** The `auth:` section as validated. */
export type AuthConfig = z.output<typeof authSchema>;
/** How tokens are judged; times in milliseconds. */
export type JwtConfig = NonNullable<AuthConfig['jwt']>;
/** The keys known, by digest. */
export type ApiKeysConfig = NonNullable<AuthConfig['apiKeys']>;
