/** Pure. The tokens of the admin APIs: kept as hashes only, so that the file may be read by others. */
import { z } from 'zod';
import { show } from './quantities.ts';

/** What the holder of a token may do; each may also do what those before it may. */
export const ROLES = ['reader', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who makes changes without a token; in the history these names must mean nobody else. */
const TAKEN = ['admin', 'guard', 'facade', 'system'];

/** The name of a token's holder. */
export const tokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, {
    error: ({ input }) => `found ${show(input)}, expected a name of letters, digits, dots, dashes, _ and @`,
  })
  .refine((name) => !TAKEN.includes(name), {
    error: ({ input }) =>
      `found ${show(input)}, expected another name: this one means somebody in the history`,
  });

const token = z.strictObject({
  name: tokenName,
  role: z.enum(ROLES),
  // The message must not show what was found: it may be the token itself.
  sha256: z.string().regex(/^[0-9a-f]{64}$/, {
    error: 'expected 64 hex digits, as `strangler token new` prints them',
  }),
});

/** The schema of `facade.tokens` and `worker.tokens`. */
export const adminTokens = z
  .array(token)
  .default([])
  .superRefine((tokens, { addIssue }) => {
    for (const [index, { name, sha256 }] of tokens.entries()) {
      const earlier = tokens.slice(0, index);
      if (earlier.some((one) => one.name === name))
        addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `found ${show(name)} a second time, expected each name once`,
        });
      if (earlier.some((one) => one.sha256 === sha256))
        addIssue({
          code: 'custom',
          path: [index, 'sha256'],
          message: 'found the hash of an earlier token, expected a token for each name',
        });
    }
  });
