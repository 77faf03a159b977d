/** Evidence in the process's own memory: for one facade; gone when it ends. */
import {
  type EvidenceDelta,
  type EvidenceRecord,
  type EvidenceStore,
  type MismatchCluster,
  SAMPLES_KEPT,
} from './evidence-store.ts';

interface Kept extends Omit<EvidenceRecord, 'clusters'> {
  clusters: Map<string, MismatchCluster>;
}

/** Epochs kept of one route: what was under way when a route changed may still be counted for the old one. */
const EPOCHS_KEPT = 3;

/** Makes an empty store. */
export function createMemoryEvidenceStore(): EvidenceStore {
  const routes = new Map<string, Map<string, Kept>>();
  const keptOf = ({ route, epoch }: { route: string; epoch: string }): Kept => {
    const epochs = routes.get(route) ?? new Map<string, Kept>();
    routes.set(route, epochs);
    const known = epochs.get(epoch);
    if (known !== undefined) return known;
    const fresh: Kept = { counters: {}, firstAt: undefined, lastAt: undefined, clusters: new Map() };
    epochs.set(epoch, fresh);
    if (epochs.size > EPOCHS_KEPT) epochs.delete(epochs.keys().next().value!);
    return fresh;
  };
  return {
    async add(deltas) {
      for (const delta of deltas) merge(keptOf(delta), delta);
    },
    async read(route, epoch) {
      const kept = routes.get(route)?.get(epoch);
      if (kept === undefined) return { counters: {}, firstAt: undefined, lastAt: undefined, clusters: [] };
      const clusters = [...kept.clusters.values()].sort((a, b) => b.count - a.count);
      return structuredClone({
        counters: kept.counters,
        firstAt: kept.firstAt,
        lastAt: kept.lastAt,
        clusters,
      });
    },
    close: async () => routes.clear(),
  };
}

function merge(kept: Kept, { counters, at, clusters }: EvidenceDelta): void {
  for (const [name, by] of Object.entries(counters)) kept.counters[name] = (kept.counters[name] ?? 0) + by;
  kept.firstAt ??= at;
  kept.lastAt = at;
  for (const cluster of clusters) {
    const known = kept.clusters.get(cluster.signature);
    if (known === undefined) kept.clusters.set(cluster.signature, structuredClone(cluster));
    else {
      known.count += cluster.count;
      known.samples = [...cluster.samples, ...known.samples].slice(0, SAMPLES_KEPT);
    }
  }
}
