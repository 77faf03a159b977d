/** One try of each connection that a config names. */
import type { LoadedConfig } from '../chassis/config/load.ts';
import { describeError } from '../chassis/errors.ts';
import { discardBody, type Transport } from '../chassis/http/transport.ts';
import { createNullLogger } from '../chassis/log.ts';
import { connect, redactUrl } from '../chassis/mysql.ts';
import { closeRedis, connectRedis, whenRedisReady } from '../chassis/redis.ts';
import { openGroup } from '../migrations/group/group.ts';
import { planGroup } from '../migrations/preflight/preflight.ts';

/** Something to try; it fails by throwing, and may say something when it succeeds. */
export interface Probe {
  what: string;
  attempt(): Promise<string>;
}

/** What came of it. */
export interface ProbeResult {
  what: string;
  ok: boolean;
  says: string;
}

/** Everything the config connects to: upstreams, Redis, each data group's databases, each schema's database. */
export function connectionProbes(loaded: LoadedConfig, transport: Transport): Probe[] {
  return [
    ...upstreamProbes(loaded, transport),
    ...redisProbes(loaded),
    ...groupProbes(loaded),
    ...schemaProbes(loaded),
  ];
}

/** Tries it; never throws. */
export async function runProbe({ what, attempt }: Probe): Promise<ProbeResult> {
  try {
    return { what, ok: true, says: await attempt() };
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    const says = code === 'INTERNAL' && error instanceof Error ? error.message : `${message} ${remedy}`;
    return { what, ok: false, says };
  }
}

function upstreamProbes({ config }: LoadedConfig, transport: Transport): Probe[] {
  return Object.entries(config.upstreams).flatMap(([name, { where }]) => {
    if (where.kind === 'discovery') {
      const { lookup } = where;
      const says = `found at run time: ${lookup.name} by ${lookup.registry}`;
      return [{ what: `upstream ${name}`, attempt: async () => says }];
    }
    return where.urls.map((url) => ({
      what: `upstream ${name}`,
      attempt: () => askUpstream(url, transport),
    }));
  });
}

/** Any answer will do: what an upstream says to a bare request is its own affair. */
async function askUpstream(url: string, transport: Transport): Promise<string> {
  const signal = AbortSignal.timeout(3_000);
  const { origin } = new URL(url);
  const { status, body } = await transport.request({ origin, path: '/', method: 'GET', headers: {}, signal });
  discardBody(body);
  return `${origin} answers (status ${status})`;
}

function redisProbes({ config }: LoadedConfig): Probe[] {
  const urls = new Set([config.store.kind === 'redis' ? config.store.url : undefined, config.redis?.url]);
  return [...urls].flatMap((url) =>
    url === undefined ? [] : [{ what: 'redis', attempt: () => askRedis(url) }],
  );
}

async function askRedis(url: string): Promise<string> {
  const redis = connectRedis(url, { purpose: 'commands', log: createNullLogger() });
  try {
    await whenRedisReady(redis, 3_000);
    const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1] ?? 'unknown';
    if (policy !== 'noeviction') {
      throw new Error(
        `found maxmemory-policy ${policy}, expected noeviction: an evicted key would lose jobs and toggles`,
      );
    }
    return `${redactUrl(url)} answers, maxmemory-policy noeviction`;
  } finally {
    await closeRedis(redis);
  }
}

function groupProbes({ config, directory }: LoadedConfig): Probe[] {
  return Object.entries(config.data).map(([name, settings]) => ({
    what: `data group ${name}`,
    async attempt() {
      const group = await openGroup(name, settings, directory);
      try {
        const { findings } = await planGroup(group);
        const blocker = findings.find(({ level }) => level === 'blocker');
        if (blocker)
          throw new Error(
            `${blocker.id}: found ${blocker.found}, expected ${blocker.expected}. ${blocker.remedy}`,
          );
        const warnings = findings.filter(({ level }) => level === 'warning').length;
        return `preflight passed with ${warnings} warning(s); see strangler data plan ${name}`;
      } finally {
        await group.close();
      }
    },
  }));
}

function schemaProbes({ config }: LoadedConfig): Probe[] {
  return Object.entries(config.schema).map(([name, { url }]) => ({
    what: `schema ${name}`,
    async attempt() {
      const connection = await connect(url);
      await connection.end();
      return `${redactUrl(url)} answers`;
    },
  }));
}
