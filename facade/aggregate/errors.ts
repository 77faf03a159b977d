/** What a client is told when an aggregate has no answer, because a part of it that is required has none. */
import { defineErrors, EXIT } from '../../chassis/errors.ts';

const remedy = 'See strangler_facade_aggregate_parts_total, and the log of the facade for this request id.';
const exit = EXIT.unreachable;

export const aggregateErrors = defineErrors({
  AGGREGATE_VALUE_REFUSED: {
    status: 400,
    exit: EXIT.usage,
    message: () => 'Found a value in the path or query that a required part cannot be asked with.',
    remedy: 'Send the parameters that the parts of the aggregate name, without separators.',
  },
  AGGREGATE_PART_DENIED: {
    status: 403,
    exit,
    message: () => 'The upstream of a required part answered 401 or 403.',
    remedy: 'See whether the client may see that part.',
  },
  AGGREGATE_PART_ABSENT: {
    status: 404,
    exit,
    message: () => 'The upstream of a required part answered 404.',
    remedy: 'Ask for something that exists.',
  },
  AGGREGATE_PART_FAILED: {
    status: 502,
    exit,
    message: () => 'A required part could not be had: no connection, a bad status, or no JSON.',
    remedy,
  },
  AGGREGATE_PART_BUSY: {
    status: 503,
    exit,
    message: () => 'The upstream of a required part takes no more calls just now.',
    remedy,
  },
  AGGREGATE_PART_SLOW: {
    status: 504,
    exit,
    message: () => 'A required part did not come in time.',
    remedy,
  },
});

/** One of the codes above. */
export type AggregateCode = keyof typeof aggregateErrors.table;
