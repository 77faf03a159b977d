/**
 * Values in Redis that are filled under a lease: whoever misses takes the lease, loads, and may store only
 * while the lease is still its own. Invalidation removes value and lease together, so a value that was
 * loaded before an invalidation is never stored after it. After "Scaling Memcache at Facebook" (NSDI 2013), 3.2.1.
 */
import type { Redis } from '../../chassis/redis.ts';

/** A stored text and whether its time of freshness is over. */
export interface Stored {
  text: string;
  stale: boolean;
}

/** The store; every function rejects when Redis does not answer. */
export interface LeasedStore {
  read(key: string): Promise<Stored | undefined>;
  /** Takes the lease with this token for `ttl` ms; false when another holds it. */
  lease(key: string, token: string, ttl: number): Promise<boolean>;
  /** Stores under the lease and gives it back; false, and nothing stored, when the lease is lost. Times in ms. */
  fill(key: string, token: string, text: string, times: { fresh: number; stale: number }): Promise<boolean>;
  /** Gives the lease back without a value. */
  release(key: string, token: string): Promise<void>;
  invalidate(key: string): Promise<void>;
}

const FILL = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
redis.call('SET', KEYS[3], '1', 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return 1`;

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Makes a store whose keys start with the prefix; all keys of one entry share a hash slot. */
export function createLeasedStore(redis: Redis, prefix: string): LeasedStore {
  const keys = (key: string) => {
    const value = `${prefix}:{${key}}`;
    return { value, lease: `${value}:lease`, fresh: `${value}:fresh` };
  };
  return {
    async read(key) {
      const { value, fresh } = keys(key);
      const [text, mark] = await redis.mget(value, fresh);
      return typeof text === 'string' ? { text, stale: mark === null } : undefined;
    },
    lease: async (key, token, ttl) => (await redis.set(keys(key).lease, token, 'PX', ttl, 'NX')) === 'OK',
    async fill(key, token, text, times) {
      const { value, lease, fresh } = keys(key);
      const lifetime = times.fresh + times.stale;
      return (await redis.eval(FILL, 3, value, lease, fresh, token, text, times.fresh, lifetime)) === 1;
    },
    async release(key, token) {
      await redis.eval(RELEASE, 1, keys(key).lease, token);
    },
    async invalidate(key) {
      const { value, lease, fresh } = keys(key);
      await redis.del(value, lease, fresh);
    },
  };
}
