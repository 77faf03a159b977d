/** Pure. Mismatches that look alike are one cluster: same statuses, same places, same kinds. */
import type { MismatchCluster, MismatchSample } from '../evidence/evidence-store.ts';
import type { Difference } from './json-diff.ts';

const MOST_PLACES_SHOWN = 4;

/** The cluster of one mismatch, with its one sample. */
export function clusterOf(differences: readonly Difference[], sample: MismatchSample): MismatchCluster {
  const places = [...new Set(differences.map(({ path, kind }) => `${path} ${kind}`))].sort();
  const status = differences.find(({ kind }) => kind === 'status');
  const prefix = status === undefined ? '' : `status ${status.control} → ${status.candidate}; `;
  const others = places.filter((place) => place !== 'status status');
  const more = others.length > MOST_PLACES_SHOWN ? ` and ${others.length - MOST_PLACES_SHOWN} more` : '';
  const summary = `${prefix}${others.slice(0, MOST_PLACES_SHOWN).join(', ')}${more}`.replace(/; $/, '');
  return { signature: digest(`${prefix}${places.join('|')}`), summary, count: 1, samples: [sample] };
}

/** FNV-1a over 64 bits: a name for a cluster, not a secret (isthe.com/chongo/tech/comp/fnv). */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
