/** Pure. The `data:` section (data groups that move together) and the `schema:` section. */
import { z } from 'zod';
import { urlOf } from './quantities.ts';

const databaseUrl = urlOf('mysql', 'mariadb');

/** The schema of one data group. */
export const dataGroupSchema = z.strictObject({
  source: z.strictObject({
    url: databaseUrl,
    tables: z.array(z.string().regex(/^[A-Za-z0-9_$]+$/)).min(1),
  }),
  target: z.strictObject({ url: databaseUrl }),
  /** Path of the mapping module, from the config file's folder. */
  mapping: z.string().min(1),
  copy: z
    .strictObject({
      chunkRows: z.number().int().min(100).max(100_000).default(10_000),
      concurrency: z.number().int().min(1).max(16).default(2),
      /** Takes plain secondary indexes away from empty target tables and builds them when all rows are there. */
      deferIndexes: z.boolean().default(true),
    })
    .prefault({}),
});

/** One data group as validated. */
export type DataGroupConfig = z.output<typeof dataGroupSchema>;

/** The schema migrations of one service's own database. */
export const serviceSchemaSchema = z.strictObject({
  url: databaseUrl,
  /** Folder of knex migrations, from the config file's folder. */
  directory: z.string().min(1),
});

/** Where the schema migrations of one service are. */
export type ServiceSchemaConfig = z.output<typeof serviceSchemaSchema>;
