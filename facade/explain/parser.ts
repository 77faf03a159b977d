/** Pure. What Node's server refuses before admission sees it, as far as a request's head shows it. */
import type { RefusalCode } from '../admission/errors.ts';
import { isUnknownExpectation } from '../admission/request-head.ts';
import type { ExplainedRequest } from './explained-view.ts';

/** Undefined: nothing. An upgrade is handed over before Node looks for an expectation. */
export function refusedByParser({ headers }: ExplainedRequest, upgrade: boolean): RefusalCode | undefined {
  const { expect } = headers;
  if (headers['content-length'] !== undefined && headers['transfer-encoding'] !== undefined)
    return 'FRAMING_REFUSED';
  if (!upgrade && isUnknownExpectation(expect)) return 'EXPECTATION_UNKNOWN';
  return undefined;
}
