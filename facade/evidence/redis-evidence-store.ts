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

/**
 * One script: a batch that failed is given again, and must not have been counted in part; and some thirty commands with an
 * answer each would hold up the requests of a facade twice a second. Keys and values are taken one after the other, as
 * `flattened` puts them. They are no JSON: Redis does not read the halves of characters that a path may hold.
 */
const ADD = `
local keys, values = 0, 0
local function key() keys = keys + 1; return KEYS[keys] end
local function value() values = values + 1; return ARGV[values] end
local function number() return tonumber(value()) end
local lifetime = value()
for _ = 1, number() do
  local counters, clusters, summaries, at = key(), key(), key(), value()
  for _ = 1, number() do
    local name, by = value(), value()
    redis.call('HINCRBY', counters, name, by)
  end
  redis.call('HSETNX', counters, '${FIRST_AT}', at)
  redis.call('HSET', counters, '${LAST_AT}', at)
  redis.call('EXPIRE', counters, lifetime)
  for _ = 1, number() do
    local kept, signature, summary, count = key(), value(), value(), value()
    redis.call('ZINCRBY', clusters, count, signature)
    redis.call('HSET', summaries, signature, summary)
    for _ = 1, number() do redis.call('LPUSH', kept, value()) end
    redis.call('LTRIM', kept, 0, ${SAMPLES_KEPT - 1})
    for _, used in ipairs({clusters, summaries, kept}) do redis.call('EXPIRE', used, lifetime) end
  end
end`;

/** The keys of one route and epoch. */
interface Keys {
  counters: string;
  clusters: string;
  summaries: string;
  samples: (signature: string) => string;
}

type KeysOf = (of: { route: string; epoch: string }) => Keys;

/** Makes the store on a connection that the caller closes. */
export function createRedisEvidenceStore({ redis, prefix }: { redis: Redis; prefix: string }): EvidenceStore {
  const keysOf: KeysOf = ({ route, epoch }) => {
    const base = `${prefix}:evidence:${route}:${epoch}`;
    return {
      counters: base,
      clusters: `${base}:clusters`,
      summaries: `${base}:summaries`,
      samples: (signature: string) => `${base}:samples:${signature}`,
    };
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
      const { keys, values } = flattened(deltas, keysOf);
      await redis.eval(ADD, keys.length, ...keys, ...values);
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

/** What the script takes: each list after its length. */
function flattened(
  deltas: readonly EvidenceDelta[],
  keysOf: KeysOf,
): { keys: string[]; values: (string | number)[] } {
  const keys: string[] = [];
  const values: (string | number)[] = [KEPT_SECONDS, deltas.length];
  for (const delta of deltas) {
    const { counters, clusters, summaries, samples: keyOf } = keysOf(delta);
    const counted = Object.entries(delta.counters);
    keys.push(counters, clusters, summaries);
    values.push(delta.at, counted.length, ...counted.flat(), delta.clusters.length);
    for (const { signature, summary, count, samples } of delta.clusters) {
      keys.push(keyOf(signature));
      values.push(signature, summary, count, samples.length, ...samples.map((one) => JSON.stringify(one)));
    }
  }
  return { keys, values };
}
