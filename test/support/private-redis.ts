import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { until } from './wait.ts';

/** A Redis of one test, to be stopped and started. */
export interface PrivateRedis {
  url: string;
  /** Starts it (again), empty, and waits until it answers. */
  start(): Promise<void>;
  /** Kills it. */
  stop(): Promise<void>;
  /** Keeps it from answering, its connections open; `resume` lets it go on. */
  freeze(): void;
  resume(): void;
}

/** Prepares one on a free port; it is not running yet. */
export async function createPrivateRedis(): Promise<PrivateRedis> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      server = spawn('redis-server', args, { stdio: 'ignore' });
      const probe = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
      probe.on('error', () => {});
      await until(() => probe.ping(), { what: 'the private Redis' });
      probe.disconnect();
    },
    async stop() {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
    freeze: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
