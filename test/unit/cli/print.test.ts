import { expect } from 'chai';
import fc from 'fast-check';
import { bar, count, percent, table, time } from '../../../cli/print.ts';

describe('text on a terminal', () => {
  it('has tables with columns as wide as their widest cell, and no trailing blanks', () => {
    const rows = [
      ['route', 'n', 'gate'],
      ['products-read', 7, ''],
    ];
    expect(table(rows)).to.equal('route          n  gate\nproducts-read  7');
    expect(table([])).to.equal('');
  });

  it('has bars as long as the share that is done', () => {
    expect(bar(6, 10, 10)).to.equal('██████░░░░  60 %');
    expect(bar(0, 0, 4)).to.equal('░░░░   0 %');
    expect(bar(12, 10, 4)).to.equal('████ 100 %');
    expect(bar(-1, 10, 4)).to.equal('░░░░   0 %');
  });

  it('says 100 % only when all is done, and whole percents exactly', () => {
    expect(bar(999, 1_000, 4)).to.match(/ 99 %$/);
    for (let done = 0; done <= 100; done += 1) expect(bar(done, 100)).to.match(new RegExp(` ${done} %$`));
  });

  it('keeps a bar at its width', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 60 }), (done, total, width) => {
        expect(bar(done, total, width)).to.have.length(width + 6);
      }),
    );
  });

  it('has times in the unit that fits', () => {
    expect([0, 850, 999.6, 12_340, 59_940, 59_999, 250_000, 3_599_600, 7_500_000].map(time)).to.deep.equal([
      '0 ms',
      '850 ms',
      '1.0 s',
      '12.3 s',
      '59.9 s',
      '1 min 0 s',
      '4 min 10 s',
      '1 h 0 min',
      '2 h 5 min',
    ]);
  });

  it('has counts with thousands apart', () => {
    expect([7, 1_234_567].map(count)).to.deep.equal(['7', '1,234,567']);
  });

  it('has percentages that can be told from zero', () => {
    expect([0, 0.004, 0.0000123, 0.07, 0.5, 1].map(percent)).to.deep.equal([
      '0 %',
      '0.40 %',
      '0.0012 %',
      '7.0 %',
      '50 %',
      '100 %',
    ]);
  });
});
