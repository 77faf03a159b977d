/** Where the parts of this demo stand: free ports on loopback, accounts with passwords made for this run. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { freePort } from '../services/free-port.ts';
import type { Places, PortName } from '../topology/places.ts';

const PREFERRED: Record<PortName, number> = {
  facade: 8080,
  facadeAdmin: 8081,
  workerAdmin: 8082,
  legacy: 3000,
  catalog: 3001,
  traffic: 3100,
};

/** Takes the usual ports where they are free, others where not (and says so through `note`). */
export async function choosePlaces(
  servers: { mariadb: { url: string }; redis: { url: string } },
  { config, uploadDir, note }: { config: string; uploadDir: string; note: (line: string) => void },
): Promise<Places> {
  const ports = {} as Record<PortName, number>;
  for (const [name, preferred] of Object.entries(PREFERRED) as [PortName, number][]) {
    const free = await isFree(preferred);
    ports[name] = free ? preferred : await freePort();
    if (!free) note(`port ${preferred} is taken: ${name} takes ${ports[name]}`);
  }
  const at = (name: PortName) => `http://127.0.0.1:${ports[name]}`;
  return {
    bind: '127.0.0.1',
    hosts: { facade: '127.0.0.1', worker: '127.0.0.1' },
    ports,
    config,
    uploadDir,
    adminToken: randomBytes(24).toString('base64url'),
    urls: {
      legacy: at('legacy'),
      facade: at('facade'),
      catalog: at('catalog'),
      redis: servers.redis.url,
      mariadbAdmin: servers.mariadb.url,
      legacyDb: account(servers.mariadb.url, 'legacy', 'legacy_shop'),
      legacyReaderDb: account(servers.mariadb.url, 'strangler_reader', 'legacy_shop'),
      catalogDb: account(servers.mariadb.url, 'catalog', 'catalog'),
    },
  };
}

function account(adminUrl: string, user: string, database: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = randomBytes(12).toString('hex');
  url.pathname = `/${database}`;
  return url.toString();
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
