/** Puts the catalog service together: opens what it needs, listens, and announces itself. */
import { createServer } from 'node:http';
import { createReferenceCache } from 'strangler-kit/acl';
import {
  closeRedis,
  connectKnex,
  connectRedis,
  createHealth,
  createHttpClient,
  createTransport,
  listen,
  type ProcessContext,
  registerInstance,
  whenRedisReady,
} from 'strangler-kit/chassis';
import { createCatalogApp } from './app.ts';
import { createBugSwitch } from './bug-switch.ts';
import { createShopGateway } from './legacy/shop-gateway.ts';
import { createTaxRates } from './legacy/tax-rates.ts';
import type { Settings } from './settings.ts';

type Context = Omit<ProcessContext, 'env'>;

/** Milliseconds between leaving the registry and refusing connections: facades look twice in that time. */
const LEAVE = 1_000;
const DRAIN = 10_000;
/** Milliseconds to wait for Redis at the start, so that the first lease is there at once. */
const PATIENCE = 2_000;

/** Starts the service; what it opened is closed by the lifecycle, the registration first. */
export async function startCatalog(settings: Settings, context: Context): Promise<{ url: string }> {
  const { log, metrics, lifecycle, clock } = context;
  const redis = connectRedis(settings.redisUrl, { purpose: 'commands', log });
  lifecycle.onClose('redis', () => closeRedis(redis));
  const db = connectKnex(settings.databaseUrl, { pool: 10 });
  lifecycle.onClose('database', () => db.destroy());
  const shop = createShopGateway(openLegacy(settings, context));
  const reads = metrics.counter({
    name: 'strangler_reference_reads_total',
    help: 'Reads of cached reference data by outcome.',
    labels: ['name', 'outcome'],
  });
  const observe = (name: string, outcome: string) => reads.inc({ name, outcome });
  const cache = createReferenceCache({ redis, prefix: 'catalog:reference', log, observe, clock });
  const health = createHealth();
  health.add('database', () => db('products').select('id').limit(1));

  const parts = { db, shop, taxRates: createTaxRates(cache, shop), bug: createBugSwitch(settings.bug) };
  const app = createCatalogApp({ ...parts, health, log, clock, metrics, demo: settings.demo });
  const listening = await listen(createServer(app), settings.listen);
  lifecycle.onClose('listener', () => listening.close(DRAIN));
  const url = settings.advertiseUrl ?? listening.url;
  await whenRedisReady(redis, PATIENCE).catch(() => log.warn('starting without redis'));
  const isHealthy = async () => (await health.readiness()).ok;
  const lease = await registerInstance({
    redis,
    prefix: 'strangler',
    service: 'catalog',
    url,
    log,
    isHealthy,
  });
  lifecycle.onClose('registration', async () => {
    health.drain();
    await lease.deregister();
    await clock.sleep(LEAVE);
  });
  log.info('catalog listening', { url: listening.url });
  return { url: listening.url };
}

function openLegacy({ legacyUrl }: Settings, { log, lifecycle }: Context) {
  const transport = createTransport({ connections: 32 });
  lifecycle.onClose('connections to legacy', () => transport.close());
  const client = createHttpClient({
    name: 'legacy',
    origins: () => [legacyUrl],
    transport,
    deadline: 3_000,
    attemptTimeout: 1_500,
    retries: 1,
    breaker: { minimum: 10, window: 2_000, reset: 2_000 },
  });
  client.breaker.onChange((state) => log.warn('breaker of legacy', { state }));
  lifecycle.onClose('breaker of legacy', () => client.close());
  return client;
}
