import { createServer } from 'node:http';
import mysql from 'mysql2/promise';
import mapping from '../../../acl/demo/catalog.ts';
import {
  compileTable,
  createReferenceCache,
  type Row,
  type TableMapping,
  type TargetRows,
} from '../../../acl/index.ts';
import {
  closeRedis,
  connectKnex,
  connectRedis,
  createHealth,
  createHttpClient,
  createMetrics,
  createNullLogger,
  createTransport,
  type Knex,
  type Logger,
  listen,
  systemClock,
  whenRedisReady,
} from '../../../chassis/index.ts';
import { createCatalogApp } from '../../../new-services/catalog/app.ts';
import { type BugSwitch, createBugSwitch } from '../../../new-services/catalog/bug-switch.ts';
import { createShopGateway } from '../../../new-services/catalog/legacy/shop-gateway.ts';
import { createTaxRates } from '../../../new-services/catalog/legacy/tax-rates.ts';
import { up } from '../../../new-services/catalog/schema/001_catalog_tables.ts';
import { createDatabase, redisUrl, uniqueName } from '../../support/services.ts';

/** Every row of a table in canonical form. */
export async function canonicalRows(url: string, table: string): Promise<Row[]> {
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4', timezone: 'Z' });
  try {
    const [rows] = await connection.query({
      sql: `SELECT * FROM \`${table}\` ORDER BY 1`,
      typeCast: (field: { string(): string | null }) => field.string(),
    } as mysql.QueryOptions);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}

/** Maps every row of the shop's catalog tables and inserts the result. */
export async function fillCatalog(shopUrl: string, db: Knex): Promise<void> {
  for (const table of mapping.tables) {
    const compiled = compileTable(table);
    const mapped = (await canonicalRows(shopUrl, table.source)).flatMap((row) => compiled.toTarget(row));
    for (const { table: target } of compiled.targets) {
      const rows = mapped.filter((row) => row.table === target).map(({ row }) => row);
      if (rows.length > 0) await db.batchInsert(target, rows as object[], 200);
    }
  }
}

/** The target rows of one table, main rows each with its children, as they stand in the database. */
export async function targetRows(url: string, table: TableMapping): Promise<TargetRows[]> {
  const { targets } = compileTable(table);
  const [main, ...children] = await Promise.all(
    targets.map(async ({ table: name, columns }) => {
      const rows = await canonicalRows(url, name);
      return rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]!])));
    }),
  );
  return main!.map((row) => [
    { table: targets[0]!.table, row },
    ...children.flatMap((rows, index) => {
      const { table: name, parent } = targets[index + 1]!;
      const own = rows.filter((child) => child[parent![0]!] === row[targets[0]!.key[0]!]);
      return own.map((child) => ({ table: name, row: child }));
    }),
  ]);
}

/** A catalog service on a database of its own, listening on a free port. */
export interface RunningCatalog {
  url: string;
  dbUrl: string;
  db: Knex;
  bug: BugSwitch;
  stop(): Promise<void>;
}

/** Starts the service, filled from the shop's database. */
export async function startCatalogOn(
  shop: { url: string; dbUrl: string },
  log: Logger = createNullLogger(),
): Promise<RunningCatalog> {
  const database = await createDatabase('catalog');
  const db = connectKnex(database.url);
  await up(db);
  await fillCatalog(shop.dbUrl, db);
  const redis = connectRedis(redisUrl(), { purpose: 'commands', log });
  await whenRedisReady(redis);
  const transport = createTransport();
  const client = createHttpClient({ name: 'legacy', origins: () => [shop.url], transport });
  const gateway = createShopGateway(client);
  const cache = createReferenceCache({ redis, prefix: uniqueName('reference'), log });
  const bug = createBugSwitch(null);
  const app = createCatalogApp({
    db,
    shop: gateway,
    taxRates: createTaxRates(cache, gateway),
    bug,
    health: createHealth(),
    log,
    clock: systemClock,
    metrics: createMetrics('catalog'),
    demo: true,
  });
  const listening = await listen(createServer(app), { host: '127.0.0.1', port: 0 });
  return {
    url: listening.url,
    dbUrl: database.url,
    db,
    bug,
    async stop() {
      await listening.close(1_000);
      client.close();
      await transport.close();
      await closeRedis(redis);
      await db.destroy();
      await database.drop();
    },
  };
}
