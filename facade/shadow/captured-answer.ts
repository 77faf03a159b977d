/** A copy of the control's answer, taken while it passes; it never slows the original down. */
import type { AnswerHead, BodyObserver } from '../forwarding/forwarder.ts';

/** What was copied; complete once the answer has ended within the limit. */
export interface CapturedAnswer {
  readonly status: number;
  readonly headers: AnswerHead['headers'];
  readonly state: 'passing' | 'complete' | 'too-large';
  body(): Buffer;
}

/** Copies the body of an answer, up to `limit` bytes. Chunks are kept as they are: nothing is copied twice. */
export function captureAnswer(head: AnswerHead, limit: number): CapturedAnswer & BodyObserver {
  let state: CapturedAnswer['state'] = 'passing';
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    status: head.statusCode ?? 0,
    headers: head.headers,
    get state() {
      return state;
    },
    body: () => Buffer.concat(chunks),
    chunk(data) {
      if (state !== 'passing') return;
      size += data.length;
      if (size <= limit) return void chunks.push(data);
      state = 'too-large';
      chunks = [];
    },
    end() {
      if (state === 'passing') state = 'complete';
    },
  };
}
