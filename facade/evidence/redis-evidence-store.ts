/** Evidence in Redis, shared by facades: one hash of counters an epoch, one list of samples a cluster. */
import type { Redis } from '../../chassis/redis.ts';
import {
  type EvidenceDelta,
  type EvidenceStore,
  type MismatchCluster,
  type MismatchSample,
  SAMPLES_KEPT,
} from './evidence-store.ts';

/** Evidence that nobody added to for this long is dropped. */
const KEPT_SECONDS = 30 * 86_400;
/** Clusters shown of one route. */
const CLUSTERS_SHOWN = 50;

const FIRST_AT = '@first';
const LAST_AT = '@last';

/** Makes the store on a connection that the caller closes. */
export function createRedisEvidenceStore({ redis, prefix }: { redis: Redis; prefix: string }): EvidenceStore {
  const keysOf = ({ route, epoch }: { route: string; epoch: string }) => {
    const base = `${prefix}:evidence:${route}:${epoch}`;
    return {
      counters: base,
      clusters: `${base}:clusters`,
      summaries: `${base}:summaries`,
      samples: (signature: string) => `${base}:samples:${signature}`,
    };
  };
  type Keys = ReturnType<typeof keysOf>;

  const append = (batch: ReturnType<Redis['multi']>, delta: EvidenceDelta) => {
    const keys = keysOf(delta);
    for (const [name, by] of Object.entries(delta.counters)) batch.hincrby(keys.counters, name, by);
    batch.hsetnx(keys.counters, FIRST_AT, String(delta.at));
    batch.hset(keys.counters, LAST_AT, String(delta.at));
    batch.expire(keys.counters, KEPT_SECONDS);
    for (const { signature, summary, count, samples } of delta.clusters) {
      batch.zincrby(keys.clusters, count, signature);
      batch.hset(keys.summaries, signature, summary);
      const lines = samples.map((sample) => JSON.stringify(sample));
      if (lines.length > 0) batch.lpush(keys.samples(signature), ...lines);
      batch.ltrim(keys.samples(signature), 0, SAMPLES_KEPT - 1);
      for (const key of [keys.clusters, keys.summaries, keys.samples(signature)])
        batch.expire(key, KEPT_SECONDS);
    }
  };
  const readClusters = async (keys: Keys): Promise<MismatchCluster[]> => {
    const scored = await redis.zrevrange(keys.clusters, 0, CLUSTERS_SHOWN - 1, 'WITHSCORES');
    const signatures = scored.filter((_, index) => index % 2 === 0);
    return Promise.all(
      signatures.map(async (signature, index) => ({
        signature,
        summary: (await redis.hget(keys.summaries, signature)) ?? signature,
        count: Number(scored[index * 2 + 1]),
        samples: (await redis.lrange(keys.samples(signature), 0, -1)).map(
          (text) => JSON.parse(text) as MismatchSample,
        ),
      })),
    );
  };

  return {
    async add(deltas) {
      // One transaction: a batch that failed is given again, and must not have been counted in part.
      const batch = redis.multi();
      for (const delta of deltas) append(batch, delta);
      const results = await batch.exec();
      const failed = results?.find(([error]) => error !== null)?.[0];
      if (failed) throw failed;
    },
    async read(route, epoch) {
      const keys = keysOf({ route, epoch });
      const [stored, clusters] = await Promise.all([redis.hgetall(keys.counters), readClusters(keys)]);
      const { [FIRST_AT]: first, [LAST_AT]: last, ...counted } = stored;
      const counters = Object.fromEntries(
        Object.entries(counted).map(([name, value]) => [name, Number(value)]),
      );
      return {
        counters,
        firstAt: first ? Number(first) : undefined,
        lastAt: last ? Number(last) : undefined,
        clusters,
      };
    },
    close: async () => {},
  };
}
