import { expect } from 'chai';
import fc from 'fast-check';
import { closeFrame, SERVICE_RESTART } from '../../../../facade/websocket/close-frame.ts';
import { FrameRelay } from '../../../../facade/websocket/frame-relay.ts';
import { chunksOf, cuts, encode, said } from './frames.ts';

/** What a relay lets out of these chunks when it is told to end before one of them. */
async function relayed(chunks: readonly Buffer[], endBefore: number): Promise<Buffer> {
  const relay = new FrameRelay();
  const out: Buffer[] = [];
  relay.on('data', (data: Buffer) => out.push(data));
  const ended = new Promise((resolve) => relay.once('end', resolve));
  for (const [index, chunk] of chunks.entries()) {
    if (index === endBefore) relay.sayGoodbye(closeFrame(SERVICE_RESTART));
    await new Promise((resolve) => relay.write(chunk, resolve));
  }
  relay.end();
  await ended;
  return Buffer.concat(out);
}

describe('the relay of one direction', () => {
  it('passes everything on as it came', () =>
    fc.assert(
      fc.asyncProperty(said, cuts, async ({ bytes }, places) => {
        expect((await relayed(chunksOf(bytes, places), -1)).equals(bytes)).to.equal(true);
      }),
      { numRuns: 50 },
    ));

  it('says goodbye behind the message that is open, and nothing more', () =>
    fc.assert(
      fc.asyncProperty(said, cuts, fc.nat(8), async ({ bytes, boundaries }, places, index) => {
        const chunks = chunksOf(bytes, places);
        const endBefore = index % chunks.length;
        const told = chunks.slice(0, endBefore).reduce((sum, { length }) => sum + length, 0);
        const end = [...boundaries].find((one) => one >= told)!;
        const expected = Buffer.concat([bytes.subarray(0, end), closeFrame(SERVICE_RESTART)]);
        expect((await relayed(chunks, endBefore)).equals(expected)).to.equal(true);
      }),
      { numRuns: 50 },
    ));

  it('adds nothing to a goodbye that was said', async () => {
    const close = encode({ opcode: 8, last: true, masked: false, payload: Buffer.of(3, 232) });
    expect(await relayed([close, Buffer.alloc(0)], 1)).to.deep.equal(close);
  });

  it('hears the goodbye that comes back, however it is cut, and not one in a message', async () => {
    const close = encode({ opcode: 8, last: true, masked: true, payload: Buffer.of(3, 244) });
    const text = encode({ opcode: 1, last: true, masked: true, payload: close });
    const told: boolean[] = [];
    const relay: FrameRelay = new FrameRelay(() => told.push(relay.heard));
    relay.resume();
    relay.sayGoodbye(closeFrame(SERVICE_RESTART));
    for (const byte of Buffer.concat([text, close]))
      await new Promise((resolve) => relay.write(Buffer.of(byte), resolve));
    expect(told).to.deep.equal([false, true]);
  });

  it('counts what it passed', async () => {
    const relay = new FrameRelay();
    relay.resume();
    await new Promise((resolve) => relay.write(Buffer.of(0x81, 1, 97), resolve));
    relay.sayGoodbye(closeFrame(SERVICE_RESTART));
    await new Promise((resolve) => relay.write(Buffer.of(0x81, 1, 98), resolve));
    expect(relay.bytes).to.equal(3);
  });
});
