/** A small shop to migrate: a source and a target database, a config file, and a writer that never rests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql, { type Pool, type RowDataPacket } from 'mysql2/promise';
import { createDatabase, redisUrl, type TestDatabase, uniqueName } from '../../../support/services.ts';

const MAPPING = new URL('./mapping.ts', import.meta.url).pathname;

const SOURCE = [
  `CREATE TABLE itm (itm_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, itm_sku VARCHAR(32) NOT NULL,
     itm_prc INT NOT NULL, itm_sts CHAR(1) NOT NULL DEFAULT 'A', itm_tags VARCHAR(60) NOT NULL DEFAULT '',
     UNIQUE KEY ux_sku (itm_sku)) DEFAULT CHARSET=latin1 AUTO_INCREMENT=9007199254740993`,
  `CREATE TABLE stk (itm_id BIGINT UNSIGNED NOT NULL, plc CHAR(2) NOT NULL, qty INT NOT NULL,
     PRIMARY KEY (itm_id, plc)) DEFAULT CHARSET=latin1`,
  'CREATE TABLE other (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, note TEXT)',
];
const TARGET = [
  `CREATE TABLE items (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, sku VARCHAR(32) NOT NULL, price DECIMAL(12,2) NOT NULL,
     status ENUM('active','gone') NOT NULL, residue LONGTEXT NULL, UNIQUE KEY ux_sku (sku),
     KEY by_price (status, price), KEY \`by \`\`sku\` (sku(8) ASC) COMMENT 'it''s, a KEY')
     DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  `CREATE TABLE item_tags (item_id BIGINT UNSIGNED NOT NULL, position INT NOT NULL, tag_id BIGINT NOT NULL,
     PRIMARY KEY (item_id, position), KEY by_tag (tag_id))`,
  `CREATE TABLE stock (item_id BIGINT UNSIGNED NOT NULL, place CHAR(2) NOT NULL, quantity INT NOT NULL,
     PRIMARY KEY (item_id, place))`,
];

/** The shop of one test. */
export interface Shop {
  source: Pool;
  target: Pool;
  sourceDb: TestDatabase;
  targetDb: TestDatabase;
  configFile: string;
  /** Adds items with two stock rows each. */
  fill(items: number): Promise<void>;
  close(): Promise<void>;
}

/** Settings of a shop's config. */
export interface ShopOptions {
  chunkRows?: number;
  deferIndexes?: boolean;
  mapping?: string;
  redis?: string;
  sourceUrl?: string;
  targetUrl?: string;
}

/** Makes a shop; its job queue has a prefix of its own. */
export async function openShop(options: ShopOptions = {}): Promise<Shop> {
  const [sourceDb, targetDb] = [await createDatabase('shop'), await createDatabase('items')];
  const source = mysql.createPool({ uri: sourceDb.url, supportBigNumbers: true, bigNumberStrings: true });
  const target = mysql.createPool({ uri: targetDb.url, supportBigNumbers: true, bigNumberStrings: true });
  for (const statement of SOURCE) await source.query(statement);
  for (const statement of TARGET) await target.query(statement);
  const directory = await mkdtemp(path.join(tmpdir(), 'shop-'));
  const configFile = path.join(directory, 'strangler.yaml');
  await writeFile(configFile, configText(sourceDb.url, targetDb.url, options));
  return {
    source,
    target,
    sourceDb,
    targetDb,
    configFile,
    fill: (items) => fill(source, items),
    async close() {
      await Promise.all([source.end(), target.end()]);
      await Promise.all([sourceDb.drop(), targetDb.drop(), rm(directory, { recursive: true })]);
    },
  };
}

function configText(sourceUrl: string, targetUrl: string, options: ShopOptions): string {
  const { chunkRows = 100, mapping = MAPPING, redis = redisUrl(), deferIndexes = true } = options;
  return `worker: { admin: "127.0.0.1:0" }
store: { kind: redis, url: "${redis}", prefix: "${uniqueName('kit')}" }
upstreams: { legacy: { url: "http://127.0.0.1:1" } }
legacy: legacy
data:
  shop:
    source: { url: "${options.sourceUrl ?? sourceUrl}", tables: [itm, stk] }
    target: { url: "${options.targetUrl ?? targetUrl}" }
    mapping: ${mapping}
    copy: { chunkRows: ${chunkRows}, concurrency: 2, deferIndexes: ${deferIndexes} }
`;
}

async function fill(source: Pool, items: number): Promise<void> {
  for (let at = 0; at < items; at += 1_000) {
    const count = Math.min(1_000, items - at);
    const rows = Array.from({ length: count }, (_, index) => {
      const number = at + index;
      return [
        `s-${number}-é`,
        number * 7,
        number % 3 === 0 ? 'D' : 'A',
        number % 5 === 0 ? '' : `${number},${number + 1}`,
      ];
    });
    await source.query('INSERT INTO itm (itm_sku, itm_prc, itm_sts, itm_tags) VALUES ?', [rows]);
  }
  await source.query(
    "INSERT INTO stk SELECT itm_id, 'AA', itm_prc FROM itm UNION ALL SELECT itm_id, 'B', 1 FROM itm",
  );
}

/** Changes the shop's rows in every way until stopped; resolves with the number of transactions. */
export function startWriter(source: Pool): { stop(): Promise<number> } {
  let stopped = false;
  const run = async () => {
    let count = 0;
    for (; !stopped; count++) await change(source, count);
    return count;
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

async function change(source: Pool, count: number): Promise<void> {
  const connection = await source.getConnection();
  try {
    await connection.beginTransaction();
    const [rows] = await connection.query<RowDataPacket[]>('SELECT itm_id FROM itm ORDER BY RAND() LIMIT 3');
    const [a, b, c] = rows.map(({ itm_id }) => itm_id);
    await connection.query('UPDATE itm SET itm_prc = itm_prc + 1, itm_tags = ? WHERE itm_id = ?', [
      `${count},1`,
      a,
    ]);
    await connection.query('UPDATE stk SET qty = qty + 1 WHERE itm_id = ?', [a]);
    if (count % 4 === 0) await swapSkus(connection, b, c);
    if (count % 5 === 0) await connection.query('DELETE FROM itm WHERE itm_id = ?', [b]);
    if (count % 3 === 0)
      await connection.query("INSERT INTO itm (itm_sku, itm_prc, itm_tags) VALUES (?, 5, '9')", [
        `new-${count}-${Math.random()}`,
      ]);
    if (count % 7 === 0) await connection.query('INSERT INTO other (note) VALUES (?)', [String(count)]);
    if (count % 11 === 0)
      await connection.query('UPDATE stk SET plc = ? WHERE itm_id = ? AND plc = ?', ['ZZ', a, 'B']);
    await (count % 13 === 0 ? connection.rollback() : connection.commit());
  } finally {
    connection.release();
  }
}

async function swapSkus(connection: mysql.PoolConnection, a: string, b: string): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT itm_id, itm_sku FROM itm WHERE itm_id IN (?, ?) FOR UPDATE',
    [a, b],
  );
  if (rows.length < 2) return;
  await connection.query('UPDATE itm SET itm_sku = ? WHERE itm_id = ?', [`swap-${a}`, rows[0]!.itm_id]);
  await connection.query('UPDATE itm SET itm_sku = ? WHERE itm_id = ?', [rows[0]!.itm_sku, rows[1]!.itm_id]);
  await connection.query('UPDATE itm SET itm_sku = ? WHERE itm_id = ?', [rows[1]!.itm_sku, rows[0]!.itm_id]);
}
