/** Pure. Who may ask, how often, and from which origins: keys that the facade, a route and an aggregate share. */
import { z } from 'zod';
import { CREDENTIAL_KINDS } from './auth.ts';
import { keySource } from './key-source.ts';
import { longDuration, show } from './quantities.ts';

/** `none`, `optional`, `required`, or a list of the kinds of which one is required. */
const auth = z.union([z.enum(['none', 'optional', 'required']), z.array(z.enum(CREDENTIAL_KINDS)).min(1)], {
  error: (issue) =>
    `found ${show(issue.input)}, expected none, optional, required, or a list of ${CREDENTIAL_KINDS.join(' and ')}`,
});

const rateLimit = z.strictObject({
  requests: z.number().int().min(1).max(1_000_000_000),
  /** Whole seconds: Redis would drop a fraction, and a window of none never ends. */
  per: longDuration.refine((ms) => ms >= 1_000 && ms % 1_000 === 0, {
    error: 'expected whole seconds, at least 1s',
  }),
  by: z
    .array(keySource)
    .min(1)
    .default([{ kind: 'user' }, { kind: 'ip' }]),
  whenStoreLost: z.enum(['allow', 'deny']).default('allow'),
  headers: z.enum(['draft', 'legacy', 'off']).default('draft'),
});

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const token = z
  .string()
  .regex(TOKEN, { error: (issue) => `found ${show(issue.input)}, expected the name of a header` });

const origin = z.string().refine((text) => text === '*' || text === 'null' || isOrigin(text), {
  error: (issue) =>
    `found ${show(issue.input)}, expected an origin such as https://shop.example.com (no path, no slash at the end), "null" or "*"`,
});

const cors = z
  .strictObject({
    /** Empty: the facade leaves CORS to the upstreams. */
    origins: z.array(origin),
    methods: z.array(z.string().regex(/^[A-Z]+$/)).default(['GET', 'HEAD', 'POST']),
    /** Headers that a client may send beside the safe ones. */
    headers: z.array(token).default([]),
    /** Headers of an answer that a script may read. */
    expose: z.array(token).default([]),
    credentials: z.boolean().default(false),
    /** How long a browser may keep the answer to a preflight. */
    maxAge: longDuration.default(600_000),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    error:
      'found credentials with the origin "*", expected the origins by name: "*" would let every page act as the user',
  });

/** What the facade's section, a route and an aggregate can each say. */
export const accessKeys = {
  auth: auth.optional(),
  rateLimit: rateLimit.optional(),
  cors: cors.optional(),
} as const;

/** Scopes that a route or an aggregate asks for, all of them. */
export const scopes = z.array(z.string().min(1)).default([]);

/** Limits as validated; times in milliseconds. */
export type RateLimitConfig = z.output<typeof rateLimit>;
/** CORS as validated; times in milliseconds. */
export type CorsConfig = z.output<typeof cors>;
/** Whether a client must prove itself, and by what. */
export type AuthRuleConfig = z.output<typeof auth>;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}
