/** Pure. `upstreams.NAME.rewrite`: how requests and answers change between the clients' names and an upstream's. */
import { z } from 'zod';
import { show } from './quantities.ts';

const PREFIX = /^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+$/;

const prefix = z.string().regex(PREFIX, {
  error: (issue) =>
    `found ${show(issue.input)}, expected a path such as /catalog or /api/v2, without a slash at its end`,
});
const host = z.string().regex(/^(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/, {
  error: (issue) =>
    `found ${show(issue.input)}, expected preserve, upstream, or a host such as catalog.internal:8080`,
});
const domain = z.string().regex(/^(?:\*|\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/, {
  error: (issue) => `found ${show(issue.input)}, expected a domain such as shop.internal, or "*"`,
});
const newDomain = z.string().regex(/^(?:\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?$/, {
  error: (issue) => `found ${show(issue.input)}, expected a domain such as shop.example, or "" for none`,
});
const cookiePath = z.string().regex(new RegExp(`^/$|${PREFIX.source}`), {
  error: (issue) => `found ${show(issue.input)}, expected / or a path such as /catalog`,
});

/** What is rewritten; nothing by default. */
export const rewriteSchema = z.strictObject({
  /** The Host that the upstream gets: the client's, that of its own URL, or this one. */
  host: host.default('preserve'),
  /** The prefix that requests lose, and the one that they get. */
  path: z
    .strictObject({ strip: prefix.optional(), add: prefix.optional() })
    .refine(({ strip, add }) => strip !== undefined || add !== undefined, {
      error: 'found neither strip nor add, expected at least one of them',
    })
    .optional(),
  /** Whether Location and Content-Location are told in the clients' names. */
  location: z.boolean().default(false),
  /** Domains of cookies, by what the upstream says; `*` for any, an empty one for none. */
  cookieDomain: z.record(domain, newDomain).default({}),
  /** Prefixes of the paths of cookies, by what the upstream says. */
  cookiePath: z.record(cookiePath, cookiePath).default({}),
});

/** What is rewritten between clients and one upstream. */
export type RewriteConfig = z.output<typeof rewriteSchema>;
