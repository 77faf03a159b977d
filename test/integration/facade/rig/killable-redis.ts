import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNullLogger } from '../../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../../chassis/redis.ts';
import { freePort } from '../../../../scripts/services/free-port.ts';

/** A Redis of one test. Killed and started again it has what it was told to keep. */
export interface KillableRedis {
  url: string;
  client: Redis;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** Keeps it from answering, its connections open; `resume` lets it go on. */
  freeze(): void;
  resume(): void;
  close(): Promise<void>;
}

/** Starts it. It keeps `nothing`, save what `SAVE` wrote before it was killed, or `everything`. */
export async function startKillableRedis(
  keeps: 'nothing' | 'everything' = 'nothing',
): Promise<KillableRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const directory = await mkdtemp(path.join(tmpdir(), 'killable-redis-'));
  const kept = keeps === 'everything' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
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
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
    server = spawn('redis-server', [...place, '--save', '', ...kept], { stdio: 'ignore' });
    await whenRedisReady(client, 30_000);
  };
  await start();
  return {
    ...{ url, client, kill, start },
    freeze: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    async close() {
      server?.kill('SIGCONT');
      await closeRedis(client);
      await kill();
      await rm(directory, { recursive: true });
    },
  };
}
