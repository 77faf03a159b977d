import { expect } from 'chai';
import fc from 'fast-check';
import { FrameScanner } from '../../../../facade/websocket/frame-scanner.ts';
import { chunksOf, cuts, encode, said } from './frames.ts';

describe('the scanner of frames', () => {
  it('knows after any chunk of any messages whether one is open', () => {
    fc.assert(
      fc.property(said, cuts, ({ bytes, boundaries }, places) => {
        const scanner = new FrameScanner();
        let at = 0;
        for (const chunk of chunksOf(bytes, places)) {
          scanner.follow(chunk);
          at += chunk.length;
          expect(scanner.atBoundary, `at ${at}`).to.equal(boundaries.has(at));
        }
        expect(scanner.closed).to.equal(false);
      }),
    );
  });

  it('finds the same places when it goes byte by byte', () => {
    fc.assert(
      fc.property(
        said.filter(({ bytes }) => bytes.length < 2_000),
        ({ bytes, boundaries }) => {
          const scanner = new FrameScanner();
          const found = [0];
          for (let at = 0; at < bytes.length; at += 1) {
            scanner.follow(bytes.subarray(at, at + 1));
            if (scanner.atBoundary) found.push(at + 1);
          }
          expect(found).to.deep.equal([...boundaries]);
        },
      ),
    );
  });

  it('goes to the first place where nothing is open, and no further', () => {
    fc.assert(
      fc.property(
        said,
        cuts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ bytes, boundaries }, places, from) => {
          const start = Math.floor(from * bytes.length);
          const scanner = new FrameScanner();
          scanner.follow(bytes.subarray(0, start));
          let at = start;
          for (const chunk of chunksOf(bytes.subarray(start), places)) {
            const found = scanner.followToBoundary(chunk);
            if (found >= 0) {
              at += found;
              break;
            }
            at += chunk.length;
          }
          expect(at).to.equal([...boundaries].find((one) => one >= start));
        },
      ),
    );
  });

  it('sees a Close frame, and none in a payload that looks like one', () => {
    const close = encode({ opcode: 8, last: true, masked: true, payload: Buffer.of(3, 232) });
    const text = encode({ opcode: 1, last: true, masked: false, payload: close });
    const scanner = new FrameScanner();
    scanner.follow(text);
    expect(scanner.closed).to.equal(false);
    scanner.follow(close);
    expect(scanner.closed).to.equal(true);
  });
});
