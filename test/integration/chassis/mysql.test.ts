import { createServer } from 'node:net';
import { expect } from 'chai';
import { KitError } from '../../../chassis/errors.ts';
import { connectKnex } from '../../../chassis/knex.ts';
import {
  connect,
  createPool,
  explainDatabaseError,
  type Pool,
  withTransaction,
} from '../../../chassis/mysql.ts';
import { freePort } from '../../../scripts/services/free-port.ts';
import { createDatabase, createUser, type TestDatabase } from '../../support/services.ts';

describe('MySQL', () => {
  let database: TestDatabase;
  let pool: Pool;

  before(async () => {
    database = await createDatabase('mysql');
    pool = createPool(database.url, { connectionLimit: 3 });
    await pool.query('CREATE TABLE kept (id INT PRIMARY KEY)');
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  /** Each value as the kit must see it. */
  const VALUES: [string, string, unknown][] = [
    ['an INT', 'CAST(7 AS INT)', 7],
    ['a BIGINT within 2^53', 'CAST(9007199254740991 AS SIGNED)', '9007199254740991'],
    ['a BIGINT beyond 2^53', 'CAST(9007199254740993 AS SIGNED)', '9007199254740993'],
    ['the largest unsigned BIGINT', 'CAST(18446744073709551615 AS UNSIGNED)', '18446744073709551615'],
    ['a DECIMAL', 'CAST(12345678901234567890.10 AS DECIMAL(30,2))', '12345678901234567890.10'],
    ['a DATE', "CAST('2024-02-29' AS DATE)", '2024-02-29'],
    [
      'a DATETIME with microseconds',
      "CAST('2024-02-29 23:59:59.123456' AS DATETIME(6))",
      '2024-02-29 23:59:59.123456',
    ],
    ['a TIME beyond a day', "CAST('838:59:59' AS TIME)", '838:59:59'],
    ['text beyond the BMP', "'🛒'", '🛒'],
    ['JSON', 'JSON_EXTRACT(\'{"a": 1.10}\', "$")', '{"a": 1.10}'],
  ];
  for (const [title, sql, expected] of VALUES) {
    it(`gives ${title} as it stands, by either protocol`, async () => {
      const [[queried]] = (await pool.query(`SELECT ${sql} AS v`)) as unknown as [{ v: unknown }[]];
      const [[executed]] = (await pool.execute(`SELECT ${sql} AS v`)) as unknown as [{ v: unknown }[]];
      expect([queried?.v, executed?.v].map(String)).to.deep.equal([String(expected), String(expected)]);
      if (typeof expected === 'string') expect(queried?.v).to.be.a('string');
    });
  }

  it('keeps zero dates, moments and bytes through knex and pool alike', async () => {
    await pool.query(
      `CREATE TABLE odd (id BIGINT UNSIGNED PRIMARY KEY, zero DATE, at TIMESTAMP(6) NULL, raw VARBINARY(4), price DECIMAL(12,4), doc JSON)`,
    );
    const connection = await pool.getConnection();
    try {
      await connection.query("SET SESSION sql_mode = ''");
      await connection.query(
        `INSERT INTO odd VALUES (18446744073709551615, '0000-00-00', '2024-01-01 00:00:00.000001', x'00ff0a00', 1.1, '{"n":1.0}')`,
      );
    } finally {
      connection.release();
    }
    const expected = {
      id: '18446744073709551615',
      zero: '0000-00-00',
      price: '1.1000',
      doc: '{"n":1.0}',
      at: '2024-01-01 00:00:00.000001',
    };
    const knex = connectKnex(database.url, { pool: 1 });
    try {
      const [[row]] = (await pool.query('SELECT * FROM odd')) as unknown as [Record<string, unknown>[]];
      const viaKnex = await knex('odd').first();
      for (const found of [row, viaKnex]) {
        expect(found).to.include(expected);
        expect(found?.raw).to.deep.equal(Buffer.from('00ff0a00', 'hex'));
      }
    } finally {
      await knex.destroy();
    }
  });

  it('sends a moment as UTC, wherever the process runs', async () => {
    const moment = new Date(Date.UTC(2024, 0, 1, 12));
    const [rows] = await pool.query('SELECT ? AS v', [moment]);
    expect(rows).to.deep.equal([{ v: '2024-01-01 12:00:00.000' }]);
  });

  it('runs one statement at a time', async () => {
    const error = await pool.query('SELECT 1; SELECT 2').catch((found) => found);
    expect(error.code).to.equal('ER_PARSE_ERROR');
  });

  it('commits a transaction that ends well, and takes back one that throws', async () => {
    const insert = (id: number) =>
      withTransaction(pool, async (connection) => {
        await connection.query('INSERT INTO kept VALUES (?)', [id]);
        if (id === 2) throw new Error('no');
        return id;
      });
    expect(await insert(1)).to.equal(1);
    expect((await insert(2).catch((error) => error)).message).to.equal('no');
    const [rows] = await pool.query('SELECT id FROM kept');
    expect(rows).to.deep.equal([{ id: 1 }]);
  });

  it('gives a lost connection up, so that the pool goes on', async () => {
    for (let round = 0; round < 4; round += 1) {
      const error = await withTransaction(pool, async (connection) => {
        await connection.query('KILL CONNECTION_ID()').catch(() => {});
        await connection.query('SELECT 1');
      }).catch((found) => found);
      expect(error).to.be.instanceOf(Error);
    }
    await pool.query('SELECT 1');
  });

  describe('that cannot be used', () => {
    const errorOf = async (url: string) => {
      const error = await connect(url).then(
        async (connection) => {
          await connection.end();
          expect.fail('it connected');
        },
        (found) => found,
      );
      expect(error).to.be.instanceOf(KitError);
      return error as KitError;
    };

    it('for a wrong password says so, without the password', async () => {
      const user = await createUser('denied', [`SELECT ON ${database.name}.*`]);
      try {
        const url = new URL(user.url(database.name));
        url.password = 'wr0ng-s3cret';
        const error = await errorOf(url.href);
        expect(error.code).to.equal('DATABASE_ACCESS_DENIED');
        expect(error.exit).to.equal(4);
        expect(error.message).to.include(user.name).and.include(database.name).and.not.include('s3cret');
        expect(error.remedy).to.match(/user and password/);
      } finally {
        await user.drop();
      }
    });

    it('for an unknown database says so', async () => {
      const url = new URL(database.url);
      url.pathname = '/no_such_database';
      const error = await errorOf(url.href);
      expect(error.code).to.equal('DATABASE_UNKNOWN');
      expect(error.message).to.include('no_such_database');
    });

    it('for a database that this user may not see says so', async () => {
      const user = await createUser('blind');
      try {
        expect((await errorOf(user.url(database.name))).code).to.equal('DATABASE_UNKNOWN');
      } finally {
        await user.drop();
      }
    });

    it('because nobody listens says so', async () => {
      const url = new URL(database.url);
      url.port = String(await freePort());
      expect((await errorOf(url.href)).code).to.equal('DATABASE_UNREACHABLE');
      url.hostname = 'localhost';
      const error = await errorOf(url.href);
      expect(error.code).to.equal('DATABASE_UNREACHABLE');
      expect(error.message).to.include('ECONNREFUSED');
    });

    it('because its host has no address says so', async () => {
      expect((await errorOf('mysql://root:s3cret@no-such-host.invalid/shop')).code).to.equal(
        'DATABASE_UNREACHABLE',
      );
    });

    it('because the other end hangs up says so', async () => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      try {
        const error = await errorOf(`mysql://root:s3cret@127.0.0.1:${port}/shop`);
        expect(error.code).to.equal('DATABASE_UNREACHABLE');
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    });

    it('for any other reason says what the server said', async () => {
      const error = new Error('something else');
      expect(explainDatabaseError(error, database.url)).to.equal(error);
    });
  });
});
