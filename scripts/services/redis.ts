import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { REDIS_SETTINGS } from '../topology/servers.ts';
import { GREETING } from './answers.ts';
import { startPrivateServer } from './private-server.ts';
import { findProgram } from './programs.ts';
import type { RunningService } from './provider.ts';
import type { Watchdog } from './watchdog.ts';

/** Where and how to run it. */
export interface RedisOptions {
  program: string;
  directory: string;
  watchdog: Watchdog;
  password: string;
  /** `none` keeps nothing on disk, `aof` appends each change, flushed once a second. */
  persistence?: 'none' | 'aof';
}

/** Finds a Redis or Valkey server. */
export function findRedis(searchPath: string): string | undefined {
  return findProgram(['redis-server', 'valkey-server'], searchPath);
}

/** Starts a private server that refuses writes instead of evicting keys, as queues need it. */
export async function startRedis(options: RedisOptions): Promise<RunningService> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const server = await startPrivateServer({
    program: options.program,
    args: () => ['-'],
    stdin: (port) => configuration(options, port),
    cwd: options.directory,
    logFile: join(options.directory, 'server.log'),
    ask: GREETING.redis,
    ready: /Ready to accept connections/,
    timeout: 20_000,
    watchdog: options.watchdog,
  });
  return {
    url: `redis://:${options.password}@127.0.0.1:${server.port}`,
    origin: `private ${options.program}, pid ${server.pid}`,
    stop: server.stop,
  };
}

function configuration({ directory, password, persistence = 'none' }: RedisOptions, port: number): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${directory}"`,
    'daemonize no',
    ...Object.entries(REDIS_SETTINGS).map(([name, value]) => `${name} ${value || '""'}`),
    `appendonly ${persistence === 'aof' ? 'yes' : 'no'}`,
    '',
  ].join('\n');
}
