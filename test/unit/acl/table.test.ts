import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import {
  checkRoundTrip,
  compileTable,
  defineMapping,
  defineTable,
  flag,
  idList,
  integer,
  letters,
  MappingError,
  mappingOf,
  nullable,
  type Row,
  type TableDefinition,
  type TargetRows,
} from '../../../acl/index.ts';
import { interpretToSource, interpretToTarget } from '../../../acl/interpret.ts';

const cleaned = z.codec(z.string(), z.string(), {
  decode: (value) => value.trim(),
  encode: (value) => value,
});
const together = z.codec(z.tuple([z.string(), z.string()]), z.string(), {
  decode: ([first, last]) => `${first}|${last}`,
  encode: (value) => value.split('|') as [string, string],
});

/** Every feature at once: composite key, several columns together, zod's own codecs, children, residue. */
const everything: TableDefinition = {
  source: 'tbl_old',
  target: 'fresh',
  key: { source: ['a', 'b'], target: ['x', 'y'] },
  columns: [
    { source: 'a', target: 'x', codec: integer('INT') },
    { source: 'b', target: 'y', codec: integer('BIGINT UNSIGNED') },
    { source: 'st', target: 'status', codec: letters({ A: 'active', D: 'gone' }) },
    { source: 'fl', target: 'flagged', codec: nullable(flag()) },
    { source: 'note', target: 'note', codec: cleaned, inexact: true },
    { source: ['fn', 'ln'], target: 'name', codec: together },
    { source: 'raw', target: 'raw' },
  ],
  children: [
    {
      target: 'fresh_tags',
      source: 'tags',
      parent: ['x', 'y'],
      key: ['x', 'y', 'at'],
      columns: ['x', 'y', 'at', 'tag'],
      codec: idList({ id: 'tag', position: 'at' }),
      inexact: true,
    },
  ],
  residue: { target: 'residue', keep: { junk: null, blob: 'none' } },
};

const table = defineTable(everything);
const compiled = compileTable(table);

const good: Row = {
  a: '1',
  b: '9007199254740993',
  st: 'A',
  fl: 'Y',
  note: ' hm ',
  fn: 'Ada',
  ln: 'L',
  raw: Buffer.from([0, 255]),
  tags: '3, 1',
  junk: 'kept',
  blob: Buffer.from([1, 2]),
};

const oldRow: fc.Arbitrary<Row> = fc.record({
  a: fc.integer({ min: -5, max: 5 }).map(String),
  b: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  st: fc.constantFrom('A', 'D'),
  fl: fc.constantFrom('Y', 'N', null),
  note: fc.constantFrom('a', ' a', 'a ', ''),
  fn: fc.constantFrom('Ada', 'Zoë'),
  ln: fc.constantFrom('L', ''),
  raw: fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
  tags: fc.constantFrom('', '1', '2,1', ' 2 , 1', '1,1'),
  junk: fc.constantFrom(null, 'kept'),
  blob: fc.oneof(
    fc.constant('none'),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
});

const damagedRow = fc
  .tuple(oldRow, fc.constantFrom(...Object.keys(good)), fc.constantFrom('X', null, undefined))
  .map(([row, column, value]) => ({ ...row, [column]: value }) as Row);

describe('a table’s translation', () => {
  it('gives the main row first, then its children, with the odd writings in the residue', () => {
    const [main, ...children] = compiled.toTarget(good);
    expect(main!.row).to.include({ x: '1', status: 'active', flagged: '1', note: 'hm', name: 'Ada|L' });
    expect(JSON.parse(main!.row.residue as string)).to.deep.equal({
      note: ' hm ',
      tags: '3, 1',
      junk: 'kept',
      blob: { base64: 'AQI=' },
    });
    expect(children).to.deep.equal([
      { table: 'fresh_tags', row: { x: '1', y: '9007199254740993', at: '1', tag: '3' } },
      { table: 'fresh_tags', row: { x: '1', y: '9007199254740993', at: '2', tag: '1' } },
    ]);
  });

  it('takes every row there and back', () => {
    fc.assert(
      fc.property(oldRow, (row) => {
        expect(checkRoundTrip(table, [row]).breaches).to.deep.equal([]);
      }),
    );
  });

  it('is the same compiled and interpreted, refusals and their words included', () => {
    fc.assert(
      fc.property(fc.oneof(oldRow, damagedRow), (row) => {
        const there = outcome(() => compiled.toTarget(row));
        expect(there).to.deep.equal(outcome(() => interpretToTarget(table, row)));
        if ('value' in there) {
          const rows = there.value as TargetRows;
          expect(compiled.toSource(rows)).to.deep.equal(interpretToSource(table, rows));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a kept writing alone once the service has changed the value', () => {
    const rows = compiled.toTarget(good);
    rows[0]!.row.note = 'other';
    rows.splice(2, 1);
    const back = compiled.toSource(rows);
    expect(back).to.include({ note: 'other', tags: '3', junk: 'kept' });
  });

  it('fills what it keeps by the given default for a row that was born in the service', () => {
    const rows = compiled.toTarget(good);
    rows[0]!.row.residue = null;
    expect(compiled.toSource(rows)).to.include({ junk: null, blob: 'none', note: 'hm', tags: '3,1' });
  });

  it('translates children in whatever order they are read', () => {
    const [main, ...children] = compiled.toTarget({ ...good, tags: '7,8,9' });
    expect(compiled.toSource([...children.reverse(), main!]).tags).to.equal('7,8,9');
  });

  it('shows a child’s codec the rows without their parent’s columns', () => {
    const names = z.codec(z.string(), z.array(z.record(z.string(), z.string())), {
      decode: (value) => [{ seen: value }],
      encode: (rows) => rows.map((row) => Object.keys(row).join('+')).join(),
    });
    const child = { ...everything.children![0]!, columns: ['x', 'y', 'seen'], key: ['x', 'y'], codec: names };
    const watching = compileTable(defineTable({ ...everything, children: [{ ...child, inexact: false }] }));
    expect(watching.toSource(watching.toTarget(good)).tags).to.equal('seen');
  });

  it('leaves out the rows that `when` leaves out', () => {
    const some = compileTable(defineTable({ ...everything, when: (row) => row.st === 'A' }));
    expect(some.toTarget({ ...good, st: 'D' })).to.deep.equal([]);
    expect(some.toTarget(good)).to.have.length(3);
  });

  it('translates the key of a row whose other values are refused', () => {
    expect(compiled.keyToTarget({ ...good, st: '?' })).to.deep.equal({ x: '1', y: '9007199254740993' });
    expect(compiled.keyToSource({ x: '1', y: '2' })).to.deep.equal({ a: '1', b: '2' });
  });

  it('names its tables, columns and keys', () => {
    expect(compiled.sourceColumns).to.have.members(Object.keys(good));
    expect(compiled.targets[0]).to.deep.equal({
      table: 'fresh',
      columns: ['x', 'y', 'status', 'flagged', 'note', 'name', 'raw', 'residue'],
      key: ['x', 'y'],
    });
    expect(compiled.targets[1]!.parent).to.deep.equal(['x', 'y']);
  });
});

describe('a refused row', () => {
  const refusal = (row: Row) => {
    try {
      compiled.toTarget(row);
    } catch (error) {
      return error as MappingError;
    }
    throw new Error('the row was taken');
  };

  it('says table, key, column, what was found and expected, for every column at once', () => {
    const error = refusal({ ...good, st: 'Z', a: '99999999999' });
    expect(error).to.be.instanceOf(MappingError);
    expect(error.problems.map((problem) => [problem.code, problem.column])).to.deep.equal([
      ['ACL_INVALID_VALUE', 'a'],
      ['ACL_UNKNOWN_VALUE', 'st'],
    ]);
    expect(error.problems[1]).to.include({ table: 'tbl_old', found: '"Z"', expected: 'one of A, D' });
    expect(error.message).to.contain('tbl_old 99999999999,9007199254740993, column a').and.to.contain('st');
    expect(error.remedy).to.not.equal('');
  });

  it('shortens what was found', () => {
    expect(refusal({ ...good, st: 'Z'.repeat(500) }).problems[0]!.found.length).to.be.below(70);
  });

  it('is reported when a codec of the user throws', () => {
    const throwing = z.codec(z.string(), z.string(), {
      decode: () => {
        throw new TypeError('oops');
      },
      encode: (value) => value,
    });
    const columns = [
      { source: 'id', target: 'id' },
      { source: 'v', target: 'v', codec: throwing },
    ];
    const bad = compileTable(
      defineTable({ source: 's', target: 't', key: { source: 'id', target: 'id' }, columns }),
    );
    expect(() => bad.toTarget({ id: '1', v: 'x' })).to.throw(MappingError, /the codec threw "oops" for "x"/);
  });

  it('is refused on the way back without its main row', () => {
    expect(() => compiled.toSource([])).to.throw(/No row of the table fresh .*no rows/);
  });
});

describe('the definition of a mapping', () => {
  const broken: [string, Partial<TableDefinition>, RegExp][] = [
    ['a target column twice', { residue: { target: 'name' } }, /target column name twice/],
    ['a source column twice', { residue: { target: 'r', keep: { st: null } } }, /source column st twice/],
    ['a key that is not mapped', { key: { source: 'zz', target: 'x' } }, /found the key zz/],
    ['an inexact column without residue', { residue: undefined }, /no residue/],
    [
      'a child with too few parent columns',
      {
        children: [{ ...everything.children![0]!, parent: 'x' }],
      },
      /1 parent column/,
    ],
    [
      'a child without its key column',
      {
        children: [{ ...everything.children![0]!, columns: ['x', 'y', 'tag'] }],
      },
      /without the column at/,
    ],
  ];
  for (const [what, change, message] of broken) {
    it(`refuses ${what}`, () => {
      expect(() => defineTable({ ...everything, ...change })).to.throw(message);
    });
  }

  it('refuses two tables with one target, no tables, and a version that is not a number from 1', () => {
    const twin = defineTable({ ...everything, source: 'other', children: [] });
    expect(() => defineMapping({ name: 'm', version: 1, tables: [table, twin] })).to.throw(
      /table fresh twice/,
    );
    expect(() => defineMapping({ name: 'm', version: 1, tables: [] })).to.throw(/no tables/);
    expect(() => defineMapping({ name: 'm', version: 0, tables: [table] })).to.throw(/version 0/);
  });

  it('is found in a module, or the module’s fault is told', () => {
    const mapping = defineMapping({ name: 'm', version: 1, tables: [table] });
    expect(mappingOf({ default: mapping }, 'x.ts')).to.equal(mapping);
    expect(() => mappingOf({}, 'x.ts')).to.throw(/x\.ts has no default export/);
    expect(() => mappingOf({ default: 5 }, 'x.ts')).to.throw(/default export of type number/);
  });
});

function outcome(translate: () => unknown): { value: unknown } | { refused: string } {
  try {
    return { value: translate() };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}
