/** Reads everything SQL knows about a group. */
import type { Pool } from '../../chassis/mysql.ts';
import { readCheckpoint } from '../state/checkpoint.ts';
import { copyProgress } from '../state/chunks.ts';
import { countDeferred } from '../state/deferred-keys.ts';
import { quarantineSummary } from '../state/quarantine.ts';
import { latestVerified, latestVerify } from '../state/verify-runs.ts';
import type { GroupFacts } from './describe.ts';

/** The state tables must exist. */
export async function readFacts(target: Pool, group: string): Promise<GroupFacts> {
  const checkpoint = await readCheckpoint(target, group);
  const [copy, deferred, quarantine, verify, verified] = await Promise.all([
    copyProgress(target, group, checkpoint.plan),
    countDeferred(target, group),
    quarantineSummary(target, group),
    latestVerify(target, group),
    latestVerified(target, group),
  ]);
  return { checkpoint, copy, deferred, quarantine, verify, verified };
}
