import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { directPair } from '../../../acl/codec.ts';
import {
  cents,
  decimal,
  defineCodec,
  double,
  flag,
  idList,
  integer,
  jsonText,
  letters,
  nullable,
  optionalId,
  refuse,
  text,
  timestamp,
  yyyymmdd,
  zeroDate,
} from '../../../acl/index.ts';

const int = (low: bigint, high: bigint) => fc.bigInt({ min: low, max: high }).map(String);
const day = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const moment = fc
  .tuple(day, fc.integer({ min: 0, max: 999_999 }))
  .map(
    ([date, micros]) =>
      `${date.toISOString().slice(0, 19).replace('T', ' ')}.${String(micros).padStart(6, '0')}`,
  );
const latin1 = fc.array(fc.constantFrom(...'aZ é€œŸÿ\u0081ß"\\\n'), { maxLength: 20 }).map((c) => c.join(''));

/** Each codec with the source values that it must take: `encode(decode(x)) = x`. */
const families = {
  'cents()': [cents(), int(-999_999_999_999n, 999_999_999_999n)],
  'cents({ scale: 4 })': [cents({ scale: 4 }), int(-99_999n, 99_999n)],
  'decimal(12, 4)': [
    decimal([12, 4]),
    int(1n, 999_999_999_999n).map((d) => `${d.slice(0, -4) || '0'}.${d.slice(-4).padStart(4, '0')}`),
  ],
  'decimal(5, 2 → 12, 4)': [decimal([5, 2], [12, 4]), fc.constantFrom('0.00', '999.99', '-1.10', '19.00')],
  'double()': [
    double(),
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => String(n === 0 ? 0 : n)),
  ],
  'flag()': [flag(), fc.constantFrom('Y', 'N')],
  "flag({ yes: 'J' })": [flag({ yes: 'J', no: '-' }), fc.constantFrom('J', '-')],
  'idList()': [
    idList({ id: 'id', position: 'at' }),
    fc.array(int(0n, 18446744073709551615n), { maxLength: 12 }).map((ids) => ids.join(',')),
  ],
  "integer('TINYINT')": [integer('TINYINT'), int(-128n, 127n)],
  "integer('INT UNSIGNED')": [integer('INT UNSIGNED'), int(0n, 4294967295n)],
  "integer('BIGINT')": [integer('BIGINT'), int(-9223372036854775808n, 9223372036854775807n)],
  "integer('BIGINT UNSIGNED')": [integer('BIGINT UNSIGNED'), int(0n, 18446744073709551615n)],
  'jsonText()': [jsonText(), fc.json()],
  "jsonText({ empty: 'null' })": [jsonText({ empty: 'null' }), fc.oneof(fc.constant(''), fc.json())],
  'letters()': [letters({ A: 'active', D: 'discontinued' }), fc.constantFrom('A', 'D')],
  'nullable(flag())': [nullable(flag()), fc.constantFrom('Y', 'N', null)],
  'optionalId()': [optionalId(), int(0n, 99_999_999_999_999_999_999n)],
  'text(latin1)': [text({ max: 20, charset: 'latin1' }), latin1],
  'timestamp()': [timestamp({ fraction: 6 }), moment],
  'yyyymmdd()': [
    yyyymmdd(),
    fc.oneof(
      fc.constant('0'),
      day.map((date) => date.toISOString().slice(0, 10).replaceAll('-', '')),
    ),
  ],
  'zeroDate()': [zeroDate({ fraction: 6 }), fc.oneof(fc.constant('0000-00-00 00:00:00.000000'), moment)],
} as const;

describe('codecs: laws', () => {
  for (const [name, [codec, values]] of Object.entries(families)) {
    const schema = codec as z.ZodType<unknown, unknown>;
    const pair = directPair(schema)!;

    it(`${name}: what was decoded encodes to what it was`, () => {
      fc.assert(
        fc.property(values as fc.Arbitrary<unknown>, (value) => {
          expect(z.encode(schema, z.decode(schema, value))).to.deep.equal(value);
          expect(pair.encode(pair.decode(value))).to.deep.equal(value);
        }),
      );
    });

    it(`${name}: the plain functions agree with the schema on any value`, () => {
      const anything = fc.oneof(
        values as fc.Arbitrary<unknown>,
        fc.string(),
        fc.constantFrom(
          null,
          undefined,
          '0',
          '-0',
          '00',
          '1,',
          '0.5',
          '.5',
          '2023-02-30',
          Buffer.from('x'),
          7,
        ),
      );
      fc.assert(
        fc.property(anything, (value) => {
          for (const direction of ['decode', 'encode'] as const) {
            expect(outcome(() => pair[direction](value))).to.deep.equal(
              outcome(() => z[direction](schema, value)),
            );
          }
        }),
      );
    });
  }
});

function outcome(translate: () => unknown): unknown {
  try {
    return { value: translate() };
  } catch {
    return 'refused';
  }
}

describe('codecs: what they refuse', () => {
  const refused: [string, z.ZodType<unknown, unknown>, 'decode' | 'encode', unknown][] = [
    ['an unknown flag', flag(), 'decode', 'y'],
    ['an unknown letter', letters({ A: 'active' }), 'decode', 'X'],
    ['an unknown word', letters({ A: 'active' }), 'encode', 'sold'],
    ['a day that does not exist', yyyymmdd(), 'decode', '20230229'],
    ['a partly zero date', zeroDate(), 'decode', '2009-00-00 00:00:00'],
    ['the zero date as a timestamp', timestamp(), 'decode', '0000-00-00 00:00:00'],
    ['missing fractional digits', timestamp({ fraction: 6 }), 'decode', '2024-01-01 00:00:00'],
    ['an hour that does not exist', timestamp(), 'decode', '2024-01-01 24:00:00'],
    ['an integer past its range', integer('TINYINT'), 'decode', '128'],
    ['a BIGINT one too high', integer('BIGINT UNSIGNED'), 'decode', '18446744073709551616'],
    ['a leading zero', integer('INT'), 'decode', '07'],
    ['a minus zero of cents', cents(), 'decode', '-0'],
    ['a minus zero of decimals', decimal([5, 2]), 'decode', '-0.00'],
    ['too many digits', decimal([5, 2]), 'decode', '1000.00'],
    ['places that would be lost', decimal([12, 4], [12, 2]), 'decode', '1.2345'],
    ['too few places', decimal([12, 4]), 'decode', '1.5'],
    ['infinity', double(), 'decode', '1e999'],
    ['broken JSON', jsonText(), 'decode', '{"a":}'],
    ['JSON with a bare control character', jsonText(), 'decode', '"\u0001"'],
    ['text that is too long', text({ max: 3 }), 'decode', 'abcd'],
    ['what latin1 lacks', text({ max: 9, charset: 'latin1' }), 'encode', 'Łódź'],
    ['an id list with a word', idList({ id: 'id', position: 'at' }), 'decode', '1,two'],
    [
      'two rows at one position',
      idList({ id: 'id', position: 'at' }),
      'encode',
      [
        { at: '1', id: '5' },
        { at: '1', id: '6' },
      ],
    ],
  ];
  for (const [what, codec, direction, value] of refused) {
    it(what, () => {
      const result = direction === 'decode' ? z.safeDecode(codec, value) : z.safeEncode(codec, value);
      expect(result.success).to.equal(false);
    });
  }

  it('takes a full-length text of characters outside the basic plane', () => {
    expect(z.decode(text({ max: 2 }), '🙂🙂')).to.equal('🙂🙂');
  });

  it('takes deeply nested JSON', () => {
    const deep = `${'['.repeat(40)}1${']'.repeat(40)}`;
    expect(z.decode(jsonText(), deep)).to.equal(deep);
  });

  it('two letters with one word are no codec', () => {
    expect(() => letters({ A: 'active', B: 'active' })).to.throw(/two letters with one word/);
  });

  it('composes with zod: a pipe of two codecs is a codec', () => {
    const shout = defineCodec({
      input: ['text', 'lower case'],
      output: ['text', 'upper case'],
      decode: (value) => (value === value.toLowerCase() ? value.toUpperCase() : refuse('lower case')),
      encode: (value) => value.toLowerCase(),
    });
    const piped = z.pipe(letters({ A: 'active' }), shout);
    expect(z.decode(piped, 'A')).to.equal('ACTIVE');
    expect(z.encode(piped, 'ACTIVE')).to.equal('A');
  });
});
