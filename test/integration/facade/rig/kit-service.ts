/** A service of the kit as a process of its own: leased in Redis, and leaving in the order that the kit recommends. */
import { createServer } from 'node:http';
import {
  closeRedis,
  connectRedis,
  createHealth,
  listen,
  registerInstance,
  runProcess,
  whenRedisReady,
} from '../../../../chassis/index.ts';

const [url, prefix] = process.argv.slice(2) as [string, string];

await runProcess('service', async ({ log, lifecycle, clock }) => {
  const redis = connectRedis(url, { purpose: 'commands', log });
  lifecycle.onClose('redis', () => closeRedis(redis));
  await whenRedisReady(redis);
  const health = createHealth();
  const server = createServer((request, response) => {
    if (health.handle(request, response)) return;
    response.setHeader('x-instance', process.pid);
    request.resume().once('end', () => setTimeout(() => response.end('ok'), 5));
  });
  const listening = await listen(server, { host: '127.0.0.1', port: 0 });
  lifecycle.onClose('listener', () => listening.close(5_000));
  const lease = await registerInstance({ redis, prefix, service: 'shop', url: listening.url, log });
  lifecycle.onClose('registration', async () => {
    health.drain();
    await lease.deregister();
    await clock.sleep(1_000);
  });
  log.info('service listening', { url: listening.url });
});
