/** May this user defer the secondary indexes of the target? It costs time only if not. */
import { mayAlter } from '../copy/defer-keys.ts';
import { droppableKeys } from '../copy/secondary-keys.ts';
import type { OpenGroup } from '../group/group.ts';
import { type Finding, finding } from './finding.ts';

/** Asks for each target table that has such indexes; a missing table is another check's finding. */
export async function checkIndexes({ target, config, mappings }: OpenGroup): Promise<Finding[]> {
  if (!config.copy.deferIndexes) return [];
  const findings: Finding[] = [];
  for (const mapping of mappings)
    for (const table of [mapping.target, ...(mapping.children ?? []).map((child) => child.target)]) {
      const keys = await droppableKeys(target, table).catch(() => []);
      if (keys.length === 0) continue;
      const allowed = await mayAlter(target, table);
      findings.push(
        finding(allowed, 'warning', {
          id: 'target-indexes',
          table,
          found: allowed ? 'ALTER' : `no right to ALTER, and ${keys.length} secondary index(es)`,
          expected: 'ALTER on the target, to build the indexes after the rows',
          remedy: 'GRANT ALTER on the target to this user; without it the copy works, but slower.',
        }),
      );
    }
  return findings;
}
