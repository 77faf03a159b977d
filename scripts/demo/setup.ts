/**
 * Prepares the demo's databases: accounts, the monolith's data, the catalog service's schema. Also the one-shot
 * `setup` container of the compose file. Settings by environment: MARIADB_ADMIN_URL, LEGACY_DB_URL,
 * LEGACY_READER_DB_URL, CATALOG_DB_URL, STRANGLER_CONFIG, DEMO_SCALE.
 */
import { createDemoDatabases } from './databases.ts';
import { runOrFail } from './run-to-end.ts';

/** Prepares everything; `env` also goes to the scripts that seed and migrate. Safe to run again. */
export async function setupDemo(env: NodeJS.ProcessEnv, report: (line: string) => void): Promise<void> {
  const need = (name: string): string => {
    const value = env[name];
    if (value) return value;
    throw new Error(`${name} is not set; expected mysql://user:password@host:port/database`);
  };
  await createDemoDatabases({
    adminUrl: need('MARIADB_ADMIN_URL'),
    legacyUrl: need('LEGACY_DB_URL'),
    legacyReaderUrl: need('LEGACY_READER_DB_URL'),
    catalogUrl: need('CATALOG_DB_URL'),
  });
  report('databases and users created');
  const seeded = await runOrFail('legacy-monolith/seed/main.ts', ['--scale', env.DEMO_SCALE ?? '1'], env);
  report(`monolith: ${(JSON.parse(seeded.stdout) as { msg: string }).msg}`);
  await runOrFail('cli/main.ts', ['schema', 'up', 'catalog'], env);
  report('catalog: schema created');
}

if (import.meta.main) await setupDemo(process.env, console.log);
