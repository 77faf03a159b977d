/** Pure. One thing that a service asks of legacy, in the service's words on both ends. */
import type { z } from 'zod';

/** An answer of legacy as it came, its body parsed when it is JSON. */
export interface LegacyAnswer {
  status: number;
  body: unknown;
}

/** One operation: input → request, answer → output. */
export interface Operation<Input, Output> {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query; put every value through encodeURIComponent. */
  path: (input: Input) => string;
  /** The body to send, as a value that becomes JSON. */
  body?: (input: Input) => unknown;
  /** What the answer's body must be and becomes; a codec or any schema. */
  answer: z.ZodType<Output, unknown>;
}

/** Gives an operation its types. */
export function defineOperation<Input, Output>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}
