/** What each kind of job does. Whatever a job is about is read from SQL again: a job may be old, or run twice. */
import type { Clock } from '../../chassis/clock.ts';
import { KitError, messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import { copyChunk } from '../copy/chunk.ts';
import { buildIndexes, finishCopy, prepareCopy } from '../copy/prepare.ts';
import { type GroupTable, groupTables } from '../group/group.ts';
import type { Job } from '../queue/job.ts';
import { movePhase, readCheckpoint } from '../state/checkpoint.ts';
import { findPending, pendingChunks } from '../state/chunks.ts';
import { claimVerify, finishVerify, noteVerify } from '../state/verify-runs.ts';
import { runStream } from '../stream/stream.ts';
import { verifyGroup } from '../verify/verify.ts';
import type { Groups, ServedGroup } from './groups.ts';

/** What jobs need. */
export interface JobDeps {
  groups: Groups;
  holder: string;
  clock: Clock;
  log: Logger;
  /** Asks for a sweep soon. */
  nudge: () => void;
  /** The streams this process runs, so that a pause can end them. */
  streams: Map<string, AbortController>;
}

/** Does one job. */
export async function runJob(deps: JobDeps, job: Job, signal: AbortSignal): Promise<void> {
  const group = await deps.groups.open(job.group);
  switch (job.kind) {
    case 'prepare':
      return prepare(deps, group);
    case 'chunk':
      return chunk(deps, group, job);
    case 'finish':
      return finish(deps, group, job.plan);
    case 'stream':
      return stream(deps, group, signal);
    case 'verify':
      return verify(deps, group, job.run, signal);
  }
}

async function prepare({ log, nudge }: JobDeps, group: ServedGroup): Promise<void> {
  const tables = await groupTables(group);
  const prepared = await prepareCopy(group, tables);
  if (prepared) log.info('copy prepared', { group: group.name });
  for (const { table, keys, allowed } of prepared?.deferrals ?? [])
    if (allowed) log.info('indexes deferred', { group: group.name, table, keys });
    else log.warn('indexes not deferred: no right to alter', { group: group.name, table, keys });
  nudge();
}

async function chunk(deps: JobDeps, group: ServedGroup, job: Extract<Job, { kind: 'chunk' }>): Promise<void> {
  const { phase, paused, plan } = await group.breakers.target.run(() =>
    readCheckpoint(group.target, group.name),
  );
  if (phase !== 'copying' || paused || plan !== job.plan) return;
  const pending = await findPending(group.target, group.name, plan, job.table, job.seq);
  if (!pending) return;
  await group.breakers.source.run(() => group.source.query('SELECT 1'));
  const tables = await tablesOf(group, plan);
  const outcome = await copyChunk(group, tables.get(job.table)!, plan, pending);
  if (outcome)
    deps.log.debug('chunk copied', { group: group.name, table: job.table, seq: job.seq, ...outcome });
  const more = await pendingChunks(group.target, group.name, plan, 1);
  // The sweep offers the finish.
  if (more.length === 0) deps.nudge();
}

/** Builds what is left to build and ends the copy. */
async function finish({ log, nudge }: JobDeps, group: ServedGroup, plan: number): Promise<void> {
  try {
    await buildIndexes(group, plan);
  } catch (error) {
    if (!(error instanceof KitError) || error.code !== 'COPY_INDEX') throw error;
    log.error('copy failed', { group: group.name, error: messageOf(error) });
    const words = `${messageOf(error)} ${error.remedy}`;
    await movePhase(group.target, group.name, { from: ['copying'], to: 'failed', error: words });
    return;
  }
  const end = await finishCopy(group, plan);
  if (end === undefined) return;
  log.info('copy complete', { group: group.name, position: end });
  nudge();
}

async function stream(deps: JobDeps, group: ServedGroup, signal: AbortSignal): Promise<void> {
  const { phase, paused } = await readCheckpoint(group.target, group.name);
  if (phase !== 'streaming' || paused) return;
  const own = new AbortController();
  deps.streams.set(group.name, own);
  const tables = await groupTables(group);
  const { holder, clock, log } = deps;
  const end = await runStream(
    { group, tables, holder, serverId: serverId(holder, group.name), ...group.breakers, clock, log },
    AbortSignal.any([signal, own.signal]),
  );
  if (deps.streams.get(group.name) === own) deps.streams.delete(group.name);
  if (end.kind === 'failed') {
    log.error('stream failed', { group: group.name, error: messageOf(end.error) });
    await movePhase(group.target, group.name, {
      from: ['streaming'],
      to: 'failed',
      error: messageOf(end.error),
    });
  } else log.info('stream ended', { group: group.name, why: end.kind });
}

async function verify(deps: JobDeps, group: ServedGroup, run: number, signal: AbortSignal): Promise<void> {
  const { holder, clock, log } = deps;
  if (!(await claimVerify(group.target, run, holder))) return;
  const tables = await groupTables(group);
  const onProgress = (seen: number) => noteVerify(group.target, run, holder, seen);
  try {
    const result = await verifyGroup({ group, tables, clock, onProgress }, signal);
    await finishVerify(group.target, run, holder, { result });
    const { samples, ...counts } = result;
    log.info('verified', { group: group.name, ...counts, samples: samples.slice(0, 5) });
  } catch (error) {
    // Left as wanted for the next worker.
    if (signal.aborted) return;
    await finishVerify(group.target, run, holder, { error: messageOf(error) });
    log.warn('verify failed', { group: group.name, error: messageOf(error) });
  }
}

type Described = { plan: number; tables: Promise<Map<string, GroupTable>> };
const described = new WeakMap<ServedGroup, Described>();

/** The tables of a copy, looked at once for each plan: a chunk is too short to look for itself. */
function tablesOf(group: ServedGroup, plan: number): Promise<Map<string, GroupTable>> {
  const known = described.get(group);
  if (known?.plan === plan) return known.tables;
  const tables = groupTables(group).then((list) => new Map(list.map((table) => [table.name, table])));
  described.set(group, { plan, tables });
  tables.catch(() => described.delete(group));
  return tables;
}

/** Unlike that of every other replica of the source: the source ends the connection of an older one with the same id. */
function serverId(holder: string, group: string): number {
  let hash = 2_166_136_261;
  for (const char of `${holder}/${group}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0;
  return 100_000 + (hash % 4_000_000_000);
}
