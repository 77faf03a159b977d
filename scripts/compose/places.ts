import type { Places } from '../topology/places.ts';

/** A variable of the compose file with its default; the defaults are for a demo that only loopback reaches. */
function variable(name: string, fallback = 'demo'): string {
  return `\${${name}:-${fallback}}`;
}

/** Passwords and the token, as the compose file asks the environment for them. */
export const secrets = {
  root: variable('MARIADB_ROOT_PASSWORD'),
  redis: variable('REDIS_PASSWORD'),
  shop: variable('LEGACY_DB_PASSWORD'),
  reader: variable('LEGACY_READER_DB_PASSWORD'),
  catalog: variable('CATALOG_DB_PASSWORD'),
  // In containers the admin APIs listen on every address, where no shorter one is accepted.
  adminToken: variable('STRANGLER_ADMIN_TOKEN', 'demo-admin-token'),
};

/** Published on 127.0.0.1 under these variables. */
export const publishedAs = {
  facade: variable('FACADE_PORT', '8080'),
  facadeAdmin: variable('FACADE_ADMIN_PORT', '8081'),
} as const;

/** Where everything stands inside the compose network: services are reached by their names. */
export const composePlaces: Places = {
  bind: '0.0.0.0',
  hosts: { facade: 'facade', worker: 'worker' },
  ports: { legacy: 3000, catalog: 3001, traffic: 3002, facade: 8080, facadeAdmin: 8081, workerAdmin: 8082 },
  urls: {
    legacy: 'http://legacy:3000',
    facade: 'http://facade:8080',
    catalog: 'http://catalog:3001',
    redis: `redis://:${secrets.redis}@redis:6379`,
    mariadbAdmin: `mysql://root:${secrets.root}@mariadb:3306`,
    legacyDb: `mysql://shop:${secrets.shop}@mariadb:3306/shop`,
    legacyReaderDb: `mysql://strangler:${secrets.reader}@mariadb:3306/shop`,
    catalogDb: `mysql://catalog:${secrets.catalog}@mariadb:3306/catalog`,
  },
  config: 'facade/demo/strangler.yaml',
  adminToken: secrets.adminToken,
  uploadDir: '/app/uploads',
};
