/** Pure. The `match:` section of a route: which requests it names. */
import { z } from 'zod';
import { hostName } from './admission.ts';
import { show } from './quantities.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What the one value of a header or of a query parameter must be. */
export type ValueRule = { kind: 'one-of'; values: string[] } | { kind: 'present' } | { kind: 'absent' };

const text = z.string();
const valueRule = z
  .union(
    [
      text,
      z.array(text).min(1),
      z.strictObject({ present: z.literal(true) }),
      z.strictObject({ absent: z.literal(true) }),
    ],
    {
      error: (issue) =>
        `found ${show(issue.input)}, expected a text (numbers in quotes), a list of texts, { present: true } or { absent: true }`,
    },
  )
  .transform((written): ValueRule => {
    if (typeof written === 'string') return { kind: 'one-of', values: [written] };
    if (Array.isArray(written)) return { kind: 'one-of', values: written };
    return { kind: 'present' in written ? 'present' : 'absent' };
  });

const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, {
  error: (issue) => `found ${show(issue.input)}, expected the name of a header`,
});

/** The schema of `match:`. */
export const routeMatch = z.strictObject({
  /** HEAD is a method of its own: it does not follow from GET. */
  methods: z.array(z.enum(METHODS)).min(1).default(['GET', 'HEAD']),
  path: z
    .string()
    .regex(/^\/\S*$/, { error: (issue) => `found ${show(issue.input)}, expected a path starting with /` }),
  /** The host asked for, or `*.name` for all below it; any by default. */
  host: hostName.optional(),
  headers: z.record(headerName, valueRule).optional(),
  query: z.record(z.string().min(1), valueRule).optional(),
});
