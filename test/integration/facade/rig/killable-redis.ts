import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createNullLogger } from '../../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../../chassis/redis.ts';
import { freePort } from '../../../../scripts/services/free-port.ts';

/** A Redis of one test, which keeps nothing: killed and started again it is empty. */
export interface KillableRedis {
  url: string;
  client: Redis;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it. */
export async function startKillableRedis(): Promise<KillableRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const kill = async () => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  const client = connectRedis(url, { purpose: 'commands', log: createNullLogger() });
  const start = async () => {
    const nothing = ['--save', '', '--appendonly', 'no', '--dir', '/tmp'];
    server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...nothing]);
    await whenRedisReady(client, 30_000);
  };
  await start();
  return {
    ...{ url, client, kill, start },
    async close() {
      await closeRedis(client);
      await kill();
    },
  };
}
