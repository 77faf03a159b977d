import { expect } from 'chai';
import mysql from 'mysql2/promise';
import { startProcess } from '../../support/processes.ts';
import { createDatabase, type TestDatabase } from '../../support/services.ts';

describe('legacy monolith: the seed', () => {
  const databases: TestDatabase[] = [];
  after(() => Promise.all(databases.map((one) => one.drop())));

  async function database() {
    const one = await createDatabase('legacy_seed');
    databases.push(one);
    return one;
  }

  async function seed(url: string, ...args: string[]) {
    const child = startProcess('legacy-monolith/seed/main.ts', args, { env: { LEGACY_DB_URL: url } });
    return { code: await child.ended, output: child.output() };
  }

  async function checksums(one: TestDatabase): Promise<Record<string, string>> {
    const connection = await mysql.createConnection(one.url);
    const [tables] = await connection.query<mysql.RowDataPacket[]>('SHOW TABLES');
    const names = tables.map((row) => String(Object.values(row)[0]));
    const [sums] = await connection.query<mysql.RowDataPacket[]>(`CHECKSUM TABLE ${names.join(', ')}`);
    await connection.end();
    return Object.fromEntries(sums.map((row) => [String(row.Table).split('.')[1], String(row.Checksum)]));
  }

  it('fills two databases with the same bytes, again after --reset, and leaves a filled one alone', async () => {
    const [one, two] = [await database(), await database()];
    expect((await seed(one.url, '--scale', '0.05')).output).to.include('legacy-monolith seeded');
    await seed(two.url, '--scale', '0.05');
    const first = await checksums(one);
    expect(Object.keys(first)).to.have.length(19);
    expect(await checksums(two)).to.deep.equal(first);
    expect((await seed(two.url, '--scale', '0.01')).output).to.include('already seeded (scale 0.05)');
    await seed(two.url, '--scale', '0.05', '--reset');
    expect(await checksums(two)).to.deep.equal(first);
    await seed(two.url, '--scale', '0.01', '--reset');
    expect((await checksums(two)).tbl_prod).to.not.equal(first.tbl_prod);
  });

  it('fills products and categories alone', async () => {
    const one = await database();
    await seed(one.url, '--products-only', '2500');
    const connection = await mysql.createConnection(one.url);
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT (SELECT COUNT(*) FROM tbl_prod) p, (SELECT COUNT(*) FROM tbl_cat) c, (SELECT COUNT(*) FROM tbl_ord) o',
    );
    await connection.end();
    expect(rows[0]).to.deep.equal({ p: 2500, c: 48, o: 0 });
  });

  it('holds every oddity that the mappings must bear, and no question mark in place of a letter', async () => {
    const one = await database();
    await seed(one.url, '--scale', '0.1');
    const connection = await mysql.createConnection(one.url);
    const oddities = {
      zeroDate: "SELECT 1 FROM tbl_prod WHERE CAST(prd_upd AS CHAR) LIKE '0000-00-00%'",
      microseconds: 'SELECT 1 FROM tbl_prod WHERE MICROSECOND(prd_upd) % 1000 > 0',
      zeroDay: 'SELECT 1 FROM tbl_prod WHERE prd_new_dt = 0',
      noList: 'SELECT 1 FROM tbl_prod WHERE prd_lst_prc IS NULL',
      noWeight: 'SELECT 1 FROM tbl_prod WHERE prd_wgt IS NULL',
      noCategory: "SELECT 1 FROM tbl_prod WHERE cat_ids = ''",
      threeCategories: "SELECT 1 FROM tbl_prod WHERE cat_ids LIKE '%,%,%'",
      deleted: "SELECT 1 FROM tbl_prod WHERE prd_del = 'Y'",
      inactive: "SELECT 1 FROM tbl_prod WHERE prd_act = 'N'",
      noAttributes: "SELECT 1 FROM tbl_prod WHERE prd_attr = ''",
      trailingZero: `SELECT 1 FROM tbl_prod WHERE prd_attr REGEXP '"ratio":[0-9][.][0-9]0'`,
      cp1252: "SELECT 1 FROM tbl_prod WHERE prd_nm LIKE '%€%' OR prd_nm LIKE '%œ%'",
      noStock: 'SELECT 1 FROM tbl_prod p LEFT JOIN tbl_inv i USING (prd_id) WHERE i.prd_id IS NULL',
      lostLeadingZero: 'SELECT 1 FROM tbl_ord WHERE ord_tm < 100000',
      zeroPayment: "SELECT 1 FROM tbl_pay WHERE CAST(pay_dt AS CHAR) LIKE '0000-00-00%'",
      refund: 'SELECT 1 FROM tbl_pay WHERE pay_amt < 0',
    };
    for (const [name, sql] of Object.entries(oddities)) {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(`${sql} LIMIT 1`);
      expect(rows, name).to.have.length(1);
    }
    const [lost] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT 1 FROM tbl_prod WHERE CONCAT(prd_nm, prd_dsc, prd_attr) LIKE '%?%' UNION ALL SELECT 1 FROM tbl_cat WHERE cat_nm LIKE '%?%'",
    );
    expect(lost).to.deep.equal([]);
    const [keyless] = await connection.query<mysql.RowDataPacket[]>(
      "SELECT table_name t FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN (SELECT table_name FROM information_schema.table_constraints WHERE table_schema = DATABASE() AND constraint_type = 'PRIMARY KEY')",
    );
    expect(keyless.map((row) => row.t)).to.deep.equal(['tbl_prc_log']);
    await connection.end();
  });

  it('says what is wrong with its arguments', async () => {
    const one = await database();
    const scale = await seed(one.url, '--scale', '-1');
    expect(scale.code).to.equal(2);
    expect(scale.output).to.include('--scale').and.include('usage:');
    expect((await seed('', '--scale', '1')).output).to.include('LEGACY_DB_URL is not set');
    expect((await seed(one.url, '--products-only', '1.5')).code).to.equal(2);
  });
});
