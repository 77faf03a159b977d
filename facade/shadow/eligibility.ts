/** Pure. Whether an answer that passes is to be compared; what is not compared says why. */
import type { SkipReason } from '../comparison/outcome.ts';

/** What is known of a request and its answer's head. */
export interface Passing {
  method: string;
  hasBody: boolean;
  requestHeaders: Record<string, string | string[] | undefined>;
  status: number;
  answerHeaders: Record<string, string | string[] | undefined>;
  /** The route's shadow settings. */
  sample: number;
  maxBody: number;
  /** 0 to 1. */
  random: number;
}

/** Undefined: compare. `legacy-error` is an outcome of its own: legacy failed, so there is nothing to compare with. */
export type Ineligible = SkipReason | 'legacy-error' | undefined;

const CONDITIONAL = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
];

/** Decides from the head alone, so that nothing is copied in vain. */
export function ineligible(passing: Passing): Ineligible {
  if ((passing.method !== 'GET' && passing.method !== 'HEAD') || passing.hasBody) return 'unsafe';
  if (passing.random >= passing.sample) return 'sampled-out';
  // Each server's validators are its own: the answers need not agree.
  if (CONDITIONAL.some((name) => passing.requestHeaders[name] !== undefined)) return 'conditional';
  if (passing.status >= 500) return 'legacy-error';
  if (String(passing.answerHeaders['content-type'] ?? '').startsWith('text/event-stream'))
    return 'unsupported-type';
  if (Number(passing.answerHeaders['content-length'] ?? 0) > passing.maxBody) return 'too-large';
  return undefined;
}
