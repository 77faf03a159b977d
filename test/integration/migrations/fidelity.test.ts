import { expect } from 'chai';
import type { Row } from '../../../acl/value.ts';
import type { Pool, RowDataPacket } from '../../../chassis/mysql.ts';
import { selectRows } from '../../../migrations/rows/select.ts';
import { openSource } from '../../../migrations/rows/session.ts';
import { describeTable, type Table } from '../../../migrations/rows/table.ts';
import type { SourceTransaction } from '../../../migrations/stream/assemble.ts';
import { readBinlog } from '../../../migrations/stream/binlog.ts';
import { readSourcePosition } from '../../../migrations/stream/source-position.ts';
import { asAdmin, createDatabase, mariadbUrl, type TestDatabase } from '../../support/services.ts';
import { until } from '../../support/wait.ts';

const COLUMNS = `id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  i8 TINYINT, u8 TINYINT UNSIGNED, i16 SMALLINT, i24 MEDIUMINT, u24 MEDIUMINT UNSIGNED, i32 INT, u32 INT UNSIGNED,
  i64 BIGINT, u64 BIGINT UNSIGNED, d1 DECIMAL(30,10), d2 DECIMAL(5,0), d3 DECIMAL(4,4), f FLOAT, d DOUBLE,
  dt DATETIME, dt3 DATETIME(3), dt6 DATETIME(6), da DATE, t TIME, t6 TIME(6), ts TIMESTAMP NULL, ts6 TIMESTAMP(6) NULL,
  y YEAR, l1 VARCHAR(300) CHARACTER SET latin1, l1c CHAR(10) CHARACTER SET latin1, l1t TEXT CHARACTER SET latin1,
  u3 VARCHAR(50) CHARACTER SET utf8mb3, u4 VARCHAR(100) CHARACTER SET utf8mb4, u4c CHAR(9) CHARACTER SET utf8mb4,
  u4t MEDIUMTEXT CHARACTER SET utf8mb4, asc1 VARCHAR(9) CHARACTER SET ascii,
  b BLOB, vb VARBINARY(300), bi BINARY(8), e ENUM('a','it''s','x,y','ü'), s SET('r','g','b''c','y'),
  b1 BIT(1), b13 BIT(13), b64 BIT(64), j JSON, z INT(9) ZEROFILL DEFAULT 42, zd DECIMAL(9,2) ZEROFILL DEFAULT 4.2`;

const ROWS: string[] = [
  `1, -128, 255, -32768, -8388608, 16777215, -2147483648, 4294967295, -9223372036854775808, 18446744073709551615,
   -12345678901234567890.0123456789, -99999, -0.9999, 0.1, 0.1, '2024-02-29 23:59:59', '1000-01-01 00:00:00.001',
   '9999-12-31 23:59:59.999999', '1000-01-01', '-838:59:59', '-00:00:00.000001', '1970-01-01 00:00:01',
   '2038-01-19 03:14:07.999999', 1901, 'Grüße €\\'"\\\\', 'ab  ', 'né', 'ж', '😀 ok', '字', '\\0x\\n\\r\\Z', 'plain',
   x'00ff10', x'deadbeef00', x'0100', 'it\\'s', 'r,b\\'c', b'1', b'1010101010101', b'1111111111111111111111111111111111111111111111111111111111111111',
   '{"a": 9007199254740993, "b":  1.10}'`,
  `9007199254740993, 127, 0, 32767, 8388607, 0, 2147483647, 0, 9223372036854775807, 9007199254740993,
   99999999999999999999.9999999999, 99999, 0.0001, -3.4e38, 1.7976931348623157e308, '0000-00-00 00:00:00', '0000-00-00 00:00:00.000',
   '0000-00-00 00:00:00.000000', '0000-00-00', '838:59:59', '-838:59:58.999999', '2001-09-09 01:46:40',
   '2001-09-09 01:46:40.000000', 2155, '', '', '', '', '', '', '', '', '', '', '', 'x,y', '', b'0', b'0', b'0', '[]'`,
  `3, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1e-38, 5e-324, '2010-00-00 00:00:00', '2010-01-00 01:02:03.004',
   '2024-01-01 00:00:00.100000', '2010-01-00', '00:00:00', '-01:02:03.500000', '2024-03-31 02:30:00', '2024-03-31 02:30:00.5', 0,
   'trailing   ', 'x', 'tab\\t', 'é', 'é', 'é', 'é', 'a', x'', x'00', x'', 'ü', 'r,g,b\\'c,y', b'1', b'1', b'1', '"x"'`,
  `4, 1,1,1,1,1,1,1,1,1, 0.0000000001, 1, 0.1, 16777216, -1.5e-7, '2024-01-01', '2024-01-01', '2024-01-01', '2024-01-01',
   '12:00', '23:59:59.999999', NOW(), NOW(6), 2024, x'8081828d8e8f90919d9e9fa0ff', 'x', x'81', 'x', 'x', 'x', 'x', 'x',
   'x', 'x', 'x', 'a', 'g', b'0', b'101', b'101', '1e5'`,
  `5${', NULL'.repeat(41 - 1)}`,
];

for (const metadata of ['NO_LOG', 'MINIMAL', 'FULL']) {
  describe(`one image of a row, whichever way it came (binlog_row_metadata=${metadata})`, () =>
    compareImages(metadata));
}

function compareImages(metadata: string) {
  let database: TestDatabase;
  let source: Pool;
  let table: Table;

  let metadataBefore: string;
  before(async () => {
    metadataBefore = await rowMetadata();
    await asAdmin(`SET GLOBAL binlog_row_metadata = ${metadata}`);
    database = await createDatabase('fidelity');
    source = openSource(database.url, 3);
    await source.query(`CREATE TABLE corpus (${COLUMNS})`);
    table = (await describeTable(source, 'corpus'))!;
  });
  after(async () => {
    await asAdmin(`SET GLOBAL binlog_row_metadata = ${metadataBefore}`);
    await source.end();
    await database.drop();
  });

  async function eventsOf(work: () => Promise<unknown>, rows: number): Promise<SourceTransaction[]> {
    const from = await readSourcePosition(source);
    await work();
    const seen: SourceTransaction[] = [];
    const errors: Error[] = [];
    const reader = readBinlog(
      { url: database.url, serverId: 71_001, from, tables: [table] },
      {
        onTransaction: (one) => seen.push(one),
        onLost: (e) => errors.push(e),
        onStop: (e) => errors.push(e),
      },
    );
    try {
      await until(() => errors.length > 0 || seen.flatMap(({ events }) => events).length >= rows, {
        what: 'the events',
      });
      expect(errors).to.deep.equal([]);
      return seen;
    } finally {
      await reader.close();
    }
  }

  it('delivers the same values by the text protocol and by the binlog, for every type', async () => {
    const seen = await eventsOf(async () => {
      for (const row of ROWS) await source.query(`INSERT INTO corpus VALUES (${row}, DEFAULT, DEFAULT)`);
    }, ROWS.length);
    const selected = await selectRows(source, table, table.columns, 'ORDER BY id');
    const streamed = seen.flatMap(({ events }) => events.map(({ after }) => after!));
    const sorted = streamed.sort((a, b) => (BigInt(String(a.id)) < BigInt(String(b.id)) ? -1 : 1));
    expect(sorted.map(printable)).to.deep.equal(selected.map(printable));
  });

  it('delivers both images of an update, and the image of a deleted row', async () => {
    const seen = await eventsOf(async () => {
      await source.query("UPDATE corpus SET l1 = 'neu €' WHERE id = 3");
      await source.query('DELETE FROM corpus WHERE id = 3');
    }, 2);
    const [update, remove] = seen.flatMap(({ events }) => events);
    expect(update!.before!.l1).to.equal('trailing   ');
    expect(update!.after!.l1).to.equal('neu €');
    expect(printable(remove!.before!)).to.deep.equal(printable(update!.after!));
    expect(remove!.after).to.equal(undefined);
  });
}

async function rowMetadata(): Promise<string> {
  const pool = openSource(mariadbUrl(), 1);
  const [rows] = await pool.query<RowDataPacket[]>('SELECT @@GLOBAL.binlog_row_metadata AS m');
  await pool.end();
  return rows[0]!.m;
}

function printable(row: Row): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? `0x${value.toString('hex')}` : value,
    ]),
  );
}
