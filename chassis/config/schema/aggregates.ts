/** Pure. The `aggregate:` section: answers that the facade puts together from several upstreams'. */
import { z } from 'zod';
import { accessKeys, scopes } from './access.ts';
import { duration, show } from './quantities.ts';

/** Words of the answer itself. */
const RESERVED = ['partial', 'parts', 'query'];

const partName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, {
    error: (issue) => `found ${show(issue.input)}, expected a name of letters, digits and _`,
  })
  .refine((name) => !RESERVED.includes(name), {
    error: (issue) => `found ${show(issue.input)}, expected another name: ${RESERVED.join(', ')} are taken`,
  });

const path = z.string().regex(/^\/\S*$/, {
  error: (issue) => `found ${show(issue.input)}, expected a path starting with /`,
});

const part = z.strictObject({
  upstream: z.string(),
  /** `:id` is a parameter of the aggregate's path, `{part.key}` a value of another part, `{query.name}` the client's. */
  path,
  required: z.boolean().default(false),
  timeout: duration.default(1_000),
  /** Parts to wait for, besides those that the path takes values from. */
  after: z.array(z.string()).default([]),
  /** What stands in the answer when the part failed, instead of null. */
  fallback: z.json().optional(),
  maxBody: z.number().int().min(1).default(1_048_576),
});

/** The schema of one entry of `aggregate:`. */
export const aggregateSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, {
    error: (issue) => `found ${show(issue.input)}, expected lower-case letters, digits and dashes`,
  }),
  match: z.strictObject({ path }),
  deadline: duration.default(2_000),
  parts: z.record(partName, part).refine((parts) => Object.keys(parts).length > 0, {
    error: 'found no part, expected at least one',
  }),
  ...accessKeys,
  scopes,
});

/** One aggregate as validated; times in milliseconds. */
export type AggregateConfig = z.output<typeof aggregateSchema>;
/** One of its parts. */
export type PartConfig = AggregateConfig['parts'][string];
