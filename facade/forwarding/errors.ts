/** What can go wrong between the facade and an upstream, and the status a client gets for it. */
import { defineErrors, EXIT } from '../../chassis/errors.ts';

const remedy = 'See the log of the facade for this request id.';

export const forwardingErrors = defineErrors({
  UPSTREAM_FAILED: {
    status: 502,
    exit: EXIT.unreachable,
    message: ({ reason }) => `The connection failed (${reason}).`,
    remedy,
  },
  UPSTREAM_SLOW: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ timeout }) => `No answer began within ${timeout} ms.`,
    remedy,
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ deadline }) => `No answer began within the ${deadline} ms that the route has in all.`,
    remedy,
  },
  TOTAL_EXCEEDED: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ total }) => `The exchange took longer than the ${total} ms of limits.total.`,
    remedy,
  },
  ANSWER_IDLE: {
    status: 504,
    exit: EXIT.unreachable,
    message: ({ idle }) => `Nothing of the answer moved for ${idle} ms.`,
    remedy,
  },
  UPSTREAM_ABSENT: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ name }) => `No instance of ${name} is known.`,
    remedy,
  },
  CLIENT_GONE: {
    status: 499,
    exit: EXIT.unreachable,
    message: () => 'The client left before the answer.',
    remedy,
  },
});
