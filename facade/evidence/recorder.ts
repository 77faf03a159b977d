/**
 * Gathers evidence in memory and hands it to the store now and then. Recording costs an addition; a store that
 * is away costs nothing more than what it would have counted, kept until it is back and bounded in size.
 */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import {
  type EvidenceDelta,
  type EvidenceStore,
  type MismatchCluster,
  SAMPLES_KEPT,
} from './evidence-store.ts';

/** Whose evidence it is. */
export interface EvidenceKey {
  route: string;
  epoch: string;
}

/** Records evidence; nothing here throws. */
export interface EvidenceRecorder {
  count(key: EvidenceKey, counter: string, by?: number): void;
  mismatch(key: EvidenceKey, cluster: MismatchCluster): void;
  /** Hands everything over now; resolves also when the store is away. */
  flush(): Promise<void>;
  /** Flushes a last time and stops. */
  close(): Promise<void>;
}

/** What a recorder needs; `interval` in milliseconds. */
export interface RecorderOptions {
  store: EvidenceStore;
  clock: Clock;
  log: Logger;
  interval?: number;
}

/** Clusters of one route between two flushes; more than this and only the count of the known ones grows. */
const CLUSTERS_KEPT = 100;

/** Makes a recorder that flushes at each interval (500 ms by default). */
export function createEvidenceRecorder({
  store,
  clock,
  log,
  interval = 500,
}: RecorderOptions): EvidenceRecorder {
  let pending = new Map<string, EvidenceDelta>();
  let latest: EvidenceDelta | undefined;
  let away = false;
  let flushing: Promise<void> = Promise.resolve();

  const deltaOf = ({ route, epoch }: EvidenceKey): EvidenceDelta => {
    // A request counts several times in a row, for one route: most often it is the delta of just now.
    if (latest?.route === route && latest.epoch === epoch) return latest;
    const name = `${route}\n${epoch}`;
    latest = pending.get(name) ?? { route, epoch, counters: {}, at: clock.now(), clusters: [] };
    pending.set(name, latest);
    return latest;
  };
  const handOver = async () => {
    if (pending.size === 0) return;
    const batch = pending;
    pending = new Map();
    latest = undefined;
    try {
      await store.add([...batch.values()]);
      if (away) log.info('evidence store is back');
      away = false;
    } catch (error) {
      if (!away) log.warn('evidence store is away; evidence is kept', { error: messageOf(error) });
      away = true;
      for (const delta of batch.values()) giveBack(deltaOf(delta), delta);
    }
  };
  const flush = () => (flushing = flushing.then(handOver));
  const timer = setInterval(flush, interval);
  timer.unref();

  return {
    count(key, counter, by = 1) {
      const { counters } = deltaOf(key);
      counters[counter] = (counters[counter] ?? 0) + by;
    },
    mismatch: (key, cluster) => addCluster(deltaOf(key), cluster),
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

function giveBack(into: EvidenceDelta, from: EvidenceDelta): void {
  for (const [name, by] of Object.entries(from.counters))
    into.counters[name] = (into.counters[name] ?? 0) + by;
  for (const cluster of from.clusters) addCluster(into, cluster);
}

function addCluster(delta: EvidenceDelta, cluster: MismatchCluster): void {
  const known = delta.clusters.find(({ signature }) => signature === cluster.signature);
  if (known !== undefined) {
    known.count += cluster.count;
    known.samples = [...cluster.samples, ...known.samples].slice(0, SAMPLES_KEPT);
  } else if (delta.clusters.length < CLUSTERS_KEPT) delta.clusters.push(structuredClone(cluster));
}
