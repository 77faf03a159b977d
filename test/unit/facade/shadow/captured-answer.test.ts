import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { CapturedAnswer } from '../../../../facade/shadow/captured-answer.ts';

const head = { statusCode: 200, headers: { 'content-type': 'text/plain' }, rawHeaders: [] };

/** A copy of an answer that came in these pieces. */
function captured(limit: number, ...pieces: string[]): CapturedAnswer {
  const capture = new CapturedAnswer(head, limit);
  for (const piece of pieces) capture.chunk(Buffer.from(piece));
  return capture;
}

/** A function that collects the young generation. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  return () => gc({ type: 'minor' });
}

const oldBytes = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size;

describe('The copy of an answer', () => {
  it('is whole when the answer has ended within the limit, and not before', () => {
    for (const pieces of [[], ['whole'], ['in ', 'three ', 'parts']]) {
      const capture = captured(100, ...pieces);
      expect(capture.state).to.equal('passing');
      capture.end();
      expect([capture.state, String(capture.body())]).to.deep.equal(['complete', pieces.join('')]);
    }
  });

  it('keeps nothing of what is larger than the limit', () => {
    const capture = captured(5, '12345', '6', '7');
    capture.end();
    expect([capture.state, capture.body().length]).to.deep.equal(['too-large', 0]);
  });

  it('leaves nothing behind that waits for a full collection', () => {
    const collect = youngCollector();
    const some = () => {
      for (let count = 0; count < 2_000; count += 1) captured(100, 'text').end();
      collect();
    };
    for (let round = 0; round < 5; round += 1) some();
    const before = oldBytes();
    for (let round = 0; round < 5; round += 1) some();
    expect((oldBytes() - before) / 10_000, 'bytes of each that became old').to.be.below(50);
  });
});
