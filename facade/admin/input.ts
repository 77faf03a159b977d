/** Pure. What the admin API accepts in the bodies of changes. */
import { z } from 'zod';
import { STAGES } from '../../chassis/config/schema/routes.ts';
import { facadeErrors } from '../errors.ts';

const percent = z.number().min(0).max(100).optional();
/** Text that can do nothing to the terminal on which a history is shown. */
const line = z
  .string()
  .trim()
  .min(1)
  .regex(/^\P{Cc}*$/u, { error: 'expected no control characters' });
const reason = line.max(500);
/** For whom the holder of the token acts. */
const actor = line.max(100).optional();
const force = z.boolean().default(false);

/** `PUT /api/routes/:id/stage`. */
export const stageInput = z.strictObject({ stage: z.enum(STAGES), percent, reason, actor, force });
/** `POST /api/routes/:id/promote`. */
export const promoteInput = z.strictObject({ percent, reason, actor, force });
/** `POST /api/routes/:id/rollback`. */
export const rollbackInput = z.strictObject({ reason, actor });

/** `GET /api/audit`: the entry after which to begin, and how many at most. */
export const auditInput = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
});

/** Reads a body, or a query. Raises REQUEST_INVALID with every problem in it. */
export function readInput<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'request'}: ${message}`,
  );
  throw facadeErrors.error('REQUEST_INVALID', {
    found: 'a request with problems',
    expected: problems.join('; '),
  });
}
