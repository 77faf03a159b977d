import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { findMariadb, startMariadb } from './mariadb.ts';
import type { Offer, RunningService, ServiceKind, ServiceProvider } from './provider.ts';
import { findRedis, startRedis } from './redis.ts';
import type { Watchdog } from './watchdog.ts';

/** Where the private servers live and how careful they are with their data. */
export interface BinariesOptions {
  directory: string;
  watchdog: Watchdog;
  searchPath: string;
  /** `true`: each commit is flushed and Redis keeps an append-only file; `false`: for tests and demos. */
  durable?: boolean;
}

/** Starts private servers from the programs on the machine, on free loopback ports. */
export function fromBinaries(options: BinariesOptions): ServiceProvider {
  return {
    advice:
      'install MariaDB (mariadbd and mariadb-install-db) and Redis or Valkey (redis-server) on this machine',
    async provide(kinds): Promise<Offer> {
      const offer: Offer = { running: {}, missing: {} };
      const started = await Promise.allSettled(
        kinds.map(async (kind) => {
          const running = await START[kind](options);
          if (running) offer.running[kind] = running;
          else offer.missing[kind] = 'its program was not found on this machine';
        }),
      );
      const failed = started.find((result) => result.status === 'rejected');
      if (!failed) return offer;
      await Promise.all(Object.values(offer.running).map((service) => service.stop()));
      throw failed.reason;
    },
  };
}

const START: Record<ServiceKind, (options: BinariesOptions) => Promise<RunningService | undefined>> = {
  async mariadb({ directory, watchdog, searchPath, durable }) {
    const programs = findMariadb(searchPath);
    if (!programs) return undefined;
    const durability = durable ? 'commit' : 'second';
    const serverId = randomInt(1, 2 ** 31);
    return startMariadb({
      programs,
      directory: join(directory, 'mariadb'),
      watchdog,
      password: secret(),
      serverId,
      durability,
    });
  },
  async redis({ directory, watchdog, searchPath, durable }) {
    const program = findRedis(searchPath);
    if (!program) return undefined;
    const persistence = durable ? 'aof' : 'none';
    return startRedis({
      program,
      directory: join(directory, 'redis'),
      watchdog,
      password: secret(),
      persistence,
    });
  },
};

function secret(): string {
  return randomBytes(16).toString('hex');
}
