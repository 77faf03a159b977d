import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { until } from '../../support/wait.ts';
import { openShop, type Shop, startWriter } from './shop/shop.ts';
import { openWorker, type WorkerClient } from './shop/worker.ts';

describe('a Redis that forgets or goes away', () => {
  let port: number;
  let server: ChildProcess;
  let shop: Shop;
  let worker: WorkerClient & { close(): Promise<void> };

  // A server of its own: flushing the shared one would hurt other tests.
  beforeEach(async () => {
    port = await freePort();
    server = await startRedis(port);
    shop = await openShop({ chunkRows: 100, redis: `redis://127.0.0.1:${port}` });
    await shop.fill(4_000);
    worker = await openWorker(shop.configFile);
  });
  afterEach(async () => {
    await worker?.close();
    await shop?.close();
    await stopRedis(server);
  });

  it('loses nothing when it is flushed again and again during copy and stream', async function () {
    this.timeout(60_000);
    const redis = new Redis(port, '127.0.0.1');
    const writer = startWriter(shop.source);
    await worker.post('copy');
    for (let part = 1; part <= 5; part++) {
      await worker.untilView(
        'more chunks',
        ({ copy }) => copy.chunks.total > 0 && copy.chunks.done >= part * 10,
      );
      await redis.flushall();
    }
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp, 40_000);
    await redis.flushall();
    const { stream } = await worker.view();
    await worker.untilView('more changes', (view) => view.stream.applied > stream.applied + 20);
    await writer.stop();
    redis.disconnect();
    expect(await worker.verify()).to.include({ clean: true });
  });

  it('goes on after it was stopped and started again, empty', async function () {
    this.timeout(60_000);
    await worker.post('copy');
    await worker.untilView('some chunks', ({ copy }) => copy.chunks.done > 5);
    await stopRedis(server);
    server = await startRedis(port);
    await worker.untilView('the copy to be caught up', ({ caughtUp }) => caughtUp, 40_000);
    expect(await worker.verify()).to.include({ clean: true });
  });
});

async function startRedis(port: number): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const probe = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
  probe.on('error', () => {});
  await until(() => probe.ping(), { what: 'the private Redis' });
  probe.disconnect();
  return server;
}

async function stopRedis(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
