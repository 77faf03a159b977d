import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createPool } from '../../../chassis/mysql.ts';
import { checkServer } from '../../../migrations/preflight/server.ts';
import {
  asAdmin,
  createDatabase,
  mariadbUrl,
  type TestDatabase,
  uniqueName,
} from '../../support/services.ts';

const page = readFileSync(
  new URL('../../../docs/how-to/grant-the-database-user.md', import.meta.url),
  'utf8',
);

describe('the page on the database user', () => {
  let database: TestDatabase;
  let user: string;

  before(async () => {
    database = await createDatabase('legacy_shop');
    user = uniqueName('reader');
    await asAdmin(`CREATE TABLE \`${database.name}\`.t (id INT PRIMARY KEY)`);
  });
  after(async () => {
    await asAdmin(`DROP USER IF EXISTS '${user}'@'%'`);
    await database.drop();
  });

  it('has statements for MariaDB that satisfy preflight, and no more than reading', async () => {
    const [, sql] = /MariaDB 10\.6 or newer:\n\n```sql\n([\s\S]*?)```/.exec(page)!;
    const named = sql!.replaceAll('strangler_reader', user).replaceAll('legacy_shop', database.name);
    await asAdmin(...named.split(';').filter((statement) => statement.trim() !== ''));
    const url = new URL(mariadbUrl());
    url.username = user;
    url.password = 'a-long-password';
    url.pathname = `/${database.name}`;
    const pool = createPool(url.href);
    try {
      const findings = await checkServer(pool);
      expect(findings.filter(({ level }) => level === 'blocker')).to.deep.equal([]);
      await pool.query('SELECT * FROM t');
      await pool.query('SHOW MASTER STATUS');
      await pool.query('SHOW BINARY LOGS');
      const denied = await pool
        .query('INSERT INTO t VALUES (1)')
        .catch((error: { errno: number }) => error.errno);
      expect(denied).to.equal(1142);
    } finally {
      await pool.end();
    }
  });

  it('names every finding of preflight', () => {
    const folder = new URL('../../../migrations/preflight/', import.meta.url);
    const sources = globSync('*.ts', { cwd: folder }).map((file) =>
      readFileSync(new URL(file, folder), 'utf8'),
    );
    const literal = sources.flatMap((text) => [...text.matchAll(/\bid: '([a-z-]+)'/g)].map(([, id]) => id!));
    const settings = sources.flatMap((text) =>
      [...text.matchAll(/\bname: '([a-z_]+)'/g)].map(([, name]) => name!.replaceAll('_', '-')),
    );
    const ids = new Set([...literal, ...settings, 'source-table', 'target-table']);
    expect(ids.size).to.be.greaterThan(14);
    for (const id of ids) expect(page, id).to.contain(`\`${id}\``);
  });
});
