import { expect } from 'chai';
import fc from 'fast-check';
import { createLagMarks } from '../../../migrations/stream/lag.ts';
import {
  bytesBetween,
  comparePositions,
  hasPassed,
  type Position,
  showPosition,
} from '../../../migrations/stream/position.ts';

const position = fc.record({
  file: fc.integer({ min: 1, max: 2_000_000 }).map((n) => `mysql-bin.${String(n).padStart(6, '0')}`),
  offset: fc.nat(),
});

describe('binlog positions', () => {
  it('are in one order: by file number, then by offset, also past 999999 files', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(Math.sign(comparePositions(a, b))).to.equal(-Math.sign(comparePositions(b, a)) || 0);
        expect(hasPassed(a, b) || hasPassed(b, a)).to.equal(true);
      }),
    );
    const [last, next]: Position[] = [
      { file: 'mysql-bin.999999', offset: 500 },
      { file: 'mysql-bin.1000000', offset: 4 },
    ];
    expect(comparePositions(last!, next!)).to.be.below(0);
    expect(showPosition(next!)).to.equal('mysql-bin.1000000:4');
  });

  it('measure the bytes between two places over the files in between', () => {
    const sizes = new Map([
      ['b.01', 1_000],
      ['b.02', 300],
      ['b.03', 900],
    ]);
    expect(bytesBetween({ file: 'b.01', offset: 400 }, { file: 'b.03', offset: 50 }, sizes)).to.equal(
      600 + 300 + 50,
    );
    expect(bytesBetween({ file: 'b.03', offset: 50 }, { file: 'b.03', offset: 40 }, sizes)).to.equal(0);
  });
});

describe('lag', () => {
  const at = (offset: number) => ({ file: 'b.01', offset });

  it('is the time since the stream last had everything, and nothing on an idle source', () => {
    const marks = createLagMarks();
    expect(marks.seconds(0, at(100), at(100))).to.equal(0);
    expect(marks.seconds(3_600_000, at(100), at(100))).to.equal(0);
    expect(marks.seconds(3_601_000, at(200), at(100))).to.equal(0);
    expect(marks.seconds(3_603_000, at(300), at(100))).to.equal(2);
    expect(marks.seconds(3_604_000, at(300), at(200))).to.equal(1);
    expect(marks.seconds(3_605_000, at(300), at(300))).to.equal(0);
  });
});
