import type { Places, PortName } from './places.ts';
import type { ServerName } from './servers.ts';

/** A process of the demo. */
export type ProcessName = 'setup' | 'legacy' | 'facade' | 'worker' | 'catalog' | 'traffic';

/** What must be true of another part before a process starts. */
export type Need = 'healthy' | 'completed';

/** How one process is started, wherever it runs. */
export interface DemoProcess {
  name: ProcessName;
  /** `once` ends by itself with 0 when its work is done, `stays` runs until it is told to stop. */
  runs: 'once' | 'stays';
  /** Arguments after `node`. */
  command: (at: Places) => readonly string[];
  environment: (at: Places) => Record<string, string>;
  /** Answers 200 when it may be given work. */
  health?: { port: PortName; path: string };
  /** Ports that are reached from outside the system. */
  published: readonly PortName[];
  needs: Partial<Record<ProcessName | ServerName, Need>>;
}

const SOURCE = '--conditions=source';

/**
 * What ${...} in facade/demo/strangler.yaml expands to. The facade and the worker read the same file: what
 * is the one's address to listen on is the address at which the other one calls it.
 */
function configured(at: Places, own?: 'facade' | 'worker'): Record<string, string> {
  const { bind, hosts, ports, urls, adminToken } = at;
  const facade = own === 'facade' ? bind : hosts.facade;
  const worker = own === 'worker' ? bind : hosts.worker;
  return {
    LEGACY_URL: urls.legacy,
    LEGACY_READER_DB_URL: urls.legacyReaderDb,
    CATALOG_DB_URL: urls.catalogDb,
    REDIS_URL: urls.redis,
    FACADE_LISTEN: `${facade}:${ports.facade}`,
    FACADE_ADMIN: `${facade}:${ports.facadeAdmin}`,
    WORKER_ADMIN: `${worker}:${ports.workerAdmin}`,
    STRANGLER_ADMIN_TOKEN: adminToken,
  };
}

/** Creates databases, accounts and schemas and seeds the monolith; may run again without harm. */
const setup: DemoProcess = {
  name: 'setup',
  runs: 'once',
  command: () => [SOURCE, 'scripts/demo/setup.ts'],
  environment: (at) => ({
    ...configured(at),
    LEGACY_DB_URL: at.urls.legacyDb,
    MARIADB_ADMIN_URL: at.urls.mariadbAdmin,
    STRANGLER_CONFIG: at.config,
  }),
  published: [],
  needs: { mariadb: 'healthy', redis: 'healthy' },
};

const legacy: DemoProcess = {
  name: 'legacy',
  runs: 'stays',
  command: () => [SOURCE, 'legacy-monolith/main.ts'],
  environment: ({ urls, bind, ports, uploadDir }) => ({
    LEGACY_DB_URL: urls.legacyDb,
    LEGACY_HOST: bind,
    LEGACY_PORT: String(ports.legacy),
    LEGACY_UPLOAD_DIR: uploadDir,
  }),
  health: { port: 'legacy', path: '/health' },
  published: [],
  needs: { setup: 'completed' },
};

const catalog: DemoProcess = {
  name: 'catalog',
  runs: 'stays',
  command: () => [SOURCE, 'new-services/catalog/main.ts'],
  environment: ({ urls, bind, ports }) => ({
    CATALOG_DB_URL: urls.catalogDb,
    CATALOG_LISTEN: `${bind}:${ports.catalog}`,
    REDIS_URL: urls.redis,
    LEGACY_URL: urls.legacy,
    CATALOG_DEMO: '1',
    ...(urls.catalog ? { CATALOG_ADVERTISE_URL: urls.catalog } : {}),
  }),
  health: { port: 'catalog', path: '/health/ready' },
  published: [],
  needs: { setup: 'completed', legacy: 'healthy' },
};

const facade: DemoProcess = {
  name: 'facade',
  runs: 'stays',
  command: ({ config }) => [SOURCE, 'cli/main.ts', 'facade', '--config', config],
  environment: (at) => configured(at, 'facade'),
  health: { port: 'facadeAdmin', path: '/health/ready' },
  published: ['facade', 'facadeAdmin'],
  needs: { setup: 'completed', legacy: 'healthy' },
};

const worker: DemoProcess = {
  name: 'worker',
  runs: 'stays',
  command: ({ config }) => [SOURCE, 'cli/main.ts', 'worker', '--config', config],
  environment: (at) => configured(at, 'worker'),
  health: { port: 'workerAdmin', path: '/health/ready' },
  published: [],
  needs: { setup: 'completed' },
};

const traffic: DemoProcess = {
  name: 'traffic',
  runs: 'stays',
  command: () => [SOURCE, 'scripts/traffic/main.ts'],
  environment: ({ urls, bind, ports }) => ({
    TRAFFIC_TARGET: urls.facade,
    TRAFFIC_LISTEN: `${bind}:${ports.traffic}`,
  }),
  health: { port: 'traffic', path: '/health/live' },
  published: [],
  needs: { facade: 'healthy' },
};

/** The demo's processes, each after those that it needs. */
export const processes: readonly DemoProcess[] = [setup, legacy, catalog, facade, worker, traffic];
