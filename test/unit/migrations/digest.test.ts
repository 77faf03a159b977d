import { expect } from 'chai';
import fc from 'fast-check';
import type { Column, ColumnKind } from '../../../migrations/rows/column.ts';
import { differences } from '../../../migrations/verify/compare.ts';
import { comparable, digestUnits } from '../../../migrations/verify/digest.ts';

const column = (name: string, kind: ColumnKind): Column => ({
  name,
  kind,
  type: '',
  charset: null,
  labels: [],
  nullable: true,
});
const columns = [column('a', 'text'), column('b', 'text')];
const value = fc.option(fc.string(), { nil: null });
const unit = fc.record({ key: fc.string(), row: fc.record({ a: value, b: value }) });
const units = fc.uniqueArray(unit, { selector: ({ key }) => key });

describe('digests of rows', () => {
  it('do not depend on the order of the rows', () => {
    fc.assert(
      fc.property(units, (list) => {
        expect(digestUnits(list.toReversed(), columns)).to.equal(digestUnits(list, columns));
      }),
    );
  });

  it('differ for any one changed value, also when text moves from one column to the next', () => {
    fc.assert(
      fc.property(units, fc.nat(), value, (list, index, other) => {
        fc.pre(list.length > 0);
        const at = index % list.length;
        fc.pre(list[at]!.row.a !== other);
        const changed = list.map((one, place) =>
          place === at ? { ...one, row: { ...one.row, a: other } } : one,
        );
        expect(digestUnits(changed, columns)).to.not.equal(digestUnits(list, columns));
      }),
    );
    const moved = (a: string | null, b: string | null) => digestUnits([{ key: '1', row: { a, b } }], columns);
    expect(moved('ab', 'c')).to.not.equal(moved('a', 'bc'));
    expect(moved(null, '')).to.not.equal(moved('', null));
  });

  it('take two writings of one number or time for one value, and nothing that the server would round', () => {
    const same = (kind: ColumnKind, a: string, b: string) =>
      comparable({ kind }, a) === comparable({ kind }, b);
    expect(same('number', '12.50', '12.5')).to.equal(true);
    expect(same('number', '-0.0', '0')).to.equal(true);
    expect(same('number', '100', '1')).to.equal(false);
    expect(same('number', '9007199254740993', '9007199254740992')).to.equal(false);
    expect(same('number', '1.005', '1.00')).to.equal(false);
    expect(same('double', '1e+21', '1000000000000000000000')).to.equal(true);
    expect(same('time', '2024-01-01 00:00:00', '2024-01-01 00:00:00.000000')).to.equal(true);
    expect(same('time', '2024-01-10', '2024-01-1')).to.equal(false);
    expect(same('text', '1.0', '1')).to.equal(false);
  });
});

describe('differences', () => {
  it('are found exactly: what is missing, what is extra, and each changed column', () => {
    fc.assert(
      fc.property(units, units, (expected, actual) => {
        const found = differences(expected, actual, columns);
        const there = new Map(actual.map(({ key, row }) => [key, row]));
        const wanted = new Map(expected.map(({ key, row }) => [key, row]));
        const of = (kind: string) =>
          found
            .filter((one) => one.kind === kind)
            .map(({ key }) => key)
            .sort();
        expect(of('missing')).to.deep.equal([...wanted.keys()].filter((key) => !there.has(key)).sort());
        expect(of('extra')).to.deep.equal([...there.keys()].filter((key) => !wanted.has(key)).sort());
        for (const { kind, key, column: name } of found)
          if (kind === 'different')
            expect(wanted.get(key)![name as 'a']).to.not.equal(there.get(key)![name as 'a']);
      }),
    );
  });
});
