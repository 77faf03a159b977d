import { expect } from 'chai';
import mysql from 'mysql2/promise';
import mapping from '../../../acl/demo/catalog.ts';
import { checkRoundTrip, compileTable, type Row, sameRow } from '../../../acl/index.ts';
import { createUser } from '../../support/services.ts';
import { type RunningShop, startShop } from '../legacy-monolith/running-shop.ts';
import { canonicalRows, type RunningCatalog, startCatalogOn, targetRows } from './filled-catalog.ts';

describe('the catalog’s mapping on every seeded row', function () {
  this.timeout(60_000);
  let shop: RunningShop;
  let catalog: RunningCatalog;

  before(async () => {
    shop = await startShop({ scale: 0.5 });
    catalog = await startCatalogOn(shop);
  });
  after(async () => {
    await catalog?.stop();
    await shop?.stop();
  });

  for (const table of mapping.tables) {
    it(`${table.source}: there and back gives the row`, async () => {
      const rows = await canonicalRows(shop.dbUrl, table.source);
      expect(rows.length).to.be.above(40);
      expect(Object.keys(rows[0]!)).to.have.members([...compileTable(table).sourceColumns]);
      expect(checkRoundTrip(table, rows)).to.deep.equal({ rows: rows.length, breaches: [] });
    });

    it(`${table.source}: what the service's database gives back is what was mapped, and maps back`, async () => {
      const compiled = compileTable(table);
      const source = await canonicalRows(shop.dbUrl, table.source);
      const stored = await targetRows(catalog.dbUrl, table);
      expect(stored.length).to.equal(source.length);
      const byKey = new Map(source.map((row) => [row[compiled.sourceKey[0]!], row]));
      for (const rows of stored) {
        const back = compiled.toSource(rows);
        const row = byKey.get(back[compiled.sourceKey[0]!]!) as Row;
        expect(sameRow(back, row), JSON.stringify([back, row])).to.equal(true);
        const mapped = compiled.toTarget(row);
        expect(rows, 'stored as mapped').to.deep.equal(mapped);
      }
    });
  }

  it('hides what it must: zero dates, unknown days, empty lists and empty JSON are all in the seed', async () => {
    const [seen] = (await shop.sql(
      "SELECT SUM(prd_upd = 0) zero, SUM(prd_new_dt = 0) unknown, SUM(cat_ids = '') none, SUM(prd_attr = '') blank, SUM(prd_del = 'Y') gone FROM tbl_prod",
    )) as [Record<string, string>];
    for (const [what, count] of Object.entries(seen)) expect(Number(count), what).to.be.above(0);
  });
});

describe('the catalog’s database user', () => {
  it('is denied on the legacy schema', async () => {
    const shop = await startShop({ scale: 0.01 });
    const catalog = await startCatalogOn(shop);
    const name = (url: string) => new URL(url).pathname.slice(1);
    const user = await createUser('catalog', [`ALL PRIVILEGES ON \`${name(catalog.dbUrl)}\`.*`]);
    try {
      const connection = await mysql.createConnection(user.url(name(catalog.dbUrl)));
      const code = (sql: string) =>
        connection.query(sql).then(
          () => 'allowed',
          (error: { code: string }) => error.code,
        );
      expect(await code('SELECT COUNT(*) FROM products')).to.equal('allowed');
      for (const sql of ['SELECT prd_id FROM', 'DELETE FROM', 'DROP TABLE', 'SHOW CREATE TABLE']) {
        const denied = await code(`${sql} \`${name(shop.dbUrl)}\`.tbl_prod`);
        expect(denied, sql).to.equal('ER_TABLEACCESS_DENIED_ERROR');
      }
      expect(await code(`USE \`${name(shop.dbUrl)}\``)).to.equal('ER_DBACCESS_DENIED_ERROR');
      await connection.end();
    } finally {
      await user.drop();
      await catalog.stop();
      await shop.stop();
    }
  });
});
