/** A copy of the control's answer, taken while it passes; it never slows the original down. */
import type { IncomingMessage } from 'node:http';

/** What was copied; complete once the answer has ended within the limit. */
export interface CapturedAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly state: 'passing' | 'complete' | 'too-large';
  body(): Buffer;
}

/** Copies the body of an answer, up to `limit` bytes. Chunks are kept as they are: nothing is copied twice. */
export function captureAnswer(answer: IncomingMessage, limit: number): CapturedAnswer {
  let state: CapturedAnswer['state'] = 'passing';
  let chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) return void chunks.push(chunk);
    state = 'too-large';
    chunks = [];
    answer.off('data', onData);
  };
  answer.on('data', onData);
  answer.once('end', () => {
    if (state === 'passing') state = 'complete';
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    get state() {
      return state;
    },
    body: () => Buffer.concat(chunks),
  };
}
