/** Pure. The secrets of a facade. The first of a list signs; all of them are believed, so that one can be replaced. */
import { z } from 'zod';

const SHORTEST = 32;

// The message must not show what was found.
const secret = z.string().min(SHORTEST, {
  error: `expected a secret of at least ${SHORTEST} characters, such as openssl rand -hex 32 makes`,
});

/** The schema of `facade.secrets`. */
export const facadeSecrets = z
  .strictObject({
    /** For cookies whose value is an assignment key. */
    cookies: z.array(secret).min(1).optional(),
    /** For the tokens with which testers choose a side. */
    overrides: z.array(secret).min(1).optional(),
  })
  .prefault({});
