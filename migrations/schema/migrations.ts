/** The schema migrations of one service's own database: `.ts` or `.js` files with `up(knex)` and `down(knex)`. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../chassis/errors.ts';
import { connectKnex, type Knex } from '../../chassis/knex.ts';
import { explainDatabaseError } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';

/** Where the migrations are and where they go. */
export interface SchemaOptions {
  url: string;
  /** The absolute path of the folder. */
  directory: string;
}

/** What stands and what waits, by file name in order. */
export interface SchemaStatus {
  done: string[];
  pending: string[];
}

/** Runs what is pending; returns the names of the files that ran. Raises MIGRATION_*, DATABASE_*. */
export function schemaUp(options: SchemaOptions): Promise<string[]> {
  return move(options, 'up');
}

/** Takes the newest batch back; returns the names of the files. Raises MIGRATION_*, DATABASE_*. */
export function schemaDown(options: SchemaOptions): Promise<string[]> {
  return move(options, 'down');
}

/** What has run and what has not. Raises MIGRATION_*, DATABASE_*. */
export function schemaStatus(options: SchemaOptions): Promise<SchemaStatus> {
  return withKnex(options, async (knex, config) => {
    const [done, pending] = (await knex.migrate.list(config)) as [{ name: string }[], string[]];
    return { done: done.map(({ name }) => name), pending };
  });
}

function move(options: SchemaOptions, direction: 'up' | 'down'): Promise<string[]> {
  let current: string | undefined;
  const onRun = (file: string) => {
    current = file;
  };
  return withKnex(
    options,
    async (knex, config) => {
      try {
        const [, ran] = await (direction === 'up'
          ? knex.migrate.latest(config)
          : knex.migrate.rollback(config));
        return ran as string[];
      } catch (error) {
        if (current === undefined) throw error;
        const params = { file: current, direction, reason: messageOf(error) };
        throw migrationErrors.error('MIGRATION_FAILED', params, error);
      }
    },
    onRun,
  );
}

async function withKnex<T>(
  { url, directory }: SchemaOptions,
  work: (knex: Knex, config: Knex.MigratorConfig) => Promise<T>,
  onRun: (file: string) => void = () => {},
): Promise<T> {
  // All of them before the first one runs: a file that cannot be loaded must not stop it half way.
  const migrations = await loadAll(directory, onRun);
  const knex = connectKnex(url, { pool: 2 });
  // Whoever called gets the errors; knex would print them as well.
  Object.assign(knex.client.logger, { error() {}, warn() {} });
  try {
    await knex.raw('SELECT 1');
    return await work(knex, configOf(migrations));
  } catch (error) {
    throw explainDatabaseError(error, url);
  } finally {
    await knex.destroy();
  }
}

/** knex names a migration by its whole file name, which must stay the same for ever. */
function configOf(migrations: ReadonlyMap<string, Knex.Migration>): Knex.MigratorConfig {
  return {
    disableTransactions: true,
    migrationSource: {
      getMigrations: async () => [...migrations.keys()],
      getMigrationName: (file: string) => file,
      getMigration: async (file: string) => migrations.get(file)!,
    },
  };
}

async function loadAll(
  directory: string,
  onRun: (file: string) => void,
): Promise<Map<string, Knex.Migration>> {
  const names = await readdir(directory).catch((error) => {
    throw invalid(directory, messageOf(error), error);
  });
  const files = names.filter((name) => /\.(ts|js|mjs)$/.test(name) && !name.endsWith('.d.ts')).sort();
  const loaded = new Map<string, Knex.Migration>();
  for (const file of files) loaded.set(file, await load(directory, file, onRun));
  return loaded;
}

async function load(directory: string, file: string, onRun: (file: string) => void): Promise<Knex.Migration> {
  const module = (await import(pathToFileURL(path.join(directory, file)).href).catch((error) => {
    throw invalid(file, messageOf(error), error);
  })) as Partial<Knex.Migration>;
  for (const name of ['up', 'down'] as const)
    if (typeof module[name] !== 'function')
      throw invalid(file, `found no function ${name}, expected up and down`);
  const step = (name: 'up' | 'down') => (knex: Knex) => {
    onRun(file);
    return module[name]!(knex);
  };
  return { up: step('up'), down: step('down') };
}

function invalid(file: string, reason: string, cause?: unknown) {
  return migrationErrors.error('MIGRATION_INVALID', { file, reason }, cause);
}
