/**
 * `npm run test:compose`: really starts docker-compose.yml, waits for the health of every container, takes
 * one route through every stage with a request in each, and removes it all again.
 */
import { randomBytes } from 'node:crypto';
import { freePort } from '../services/free-port.ts';
import { processes } from '../topology/processes.ts';
import { dockerEngine } from './docker.ts';
import type { Engine, EngineOptions } from './engine.ts';
import { isOneShot, untilReady } from './health.ts';
import { composePlaces } from './places.ts';
import { podmanEngine } from './podman.ts';
import { walkThroughStages } from './stages.ts';

const log = (line: string) => console.log(line);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const token = randomBytes(16).toString('hex');
const ports = { facade: await freePort(), facadeAdmin: await freePort() };
const options: EngineOptions = {
  project: `strangler-test-${process.pid}`,
  env: { ...process.env, ...ownSettings() },
  caFile: process.env.NODE_EXTRA_CA_CERTS,
  log: (line) => log(`$ ${line}`),
};

const engine = (await dockerEngine(options)) ?? (await podmanEngine(options));
if (engine) {
  process.exitCode = await run(engine);
} else {
  console.error(
    'Found neither a Docker engine with its compose plugin nor podman-compose; expected one of them.\n' +
      'Start Docker, or see docs/how-to/containers-without-docker.md.',
  );
  process.exitCode = 2;
}

function ownSettings(): Record<string, string> {
  const password = () => randomBytes(12).toString('hex');
  return {
    MARIADB_ROOT_PASSWORD: password(),
    REDIS_PASSWORD: password(),
    LEGACY_DB_PASSWORD: password(),
    LEGACY_READER_DB_PASSWORD: password(),
    CATALOG_DB_PASSWORD: password(),
    STRANGLER_ADMIN_TOKEN: token,
    FACADE_PORT: String(ports.facade),
    FACADE_ADMIN_PORT: String(ports.facadeAdmin),
  };
}

async function run(engine: Engine): Promise<number> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const services = ['mariadb', 'redis', ...processes.map((one) => one.name)];
  try {
    log(`engine: ${engine.name}, project ${options.project}`);
    await engine.build();
    log(`image built (${seconds()})`);
    await engine.up(services, async (service) => {
      await untilReady(engine, service, { signal: interrupted.signal, timeout: 180_000 });
      log(`  ${service}: ${isOneShot(service) ? 'completed' : 'healthy'} (${seconds()})`);
    });
    await walkThroughStages({
      facade: `http://127.0.0.1:${ports.facade}`,
      admin: `http://127.0.0.1:${ports.facadeAdmin}`,
      token,
      strangler: (...args) =>
        engine.exec('worker', [
          'node',
          '--conditions=source',
          'cli/main.ts',
          ...args,
          '--config',
          composePlaces.config,
        ]),
      log,
    });
    log(`compose: every container healthy, every stage answered (${seconds()})`);
    return 0;
  } catch (error) {
    console.error(`compose: failed after ${seconds()}: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await engine.down();
  }
}
