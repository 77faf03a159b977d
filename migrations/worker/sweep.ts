/** Sees to it that what SQL wants done stands in the queues: after a start, a lost job, a flushed Redis. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import type { Job } from '../queue/job.ts';
import type { Queues } from '../queue/queues.ts';
import { type Checkpoint, readCheckpoint } from '../state/checkpoint.ts';
import { pendingChunks } from '../state/chunks.ts';
import { wantedOf } from '../state/phase.ts';
import { openVerifies } from '../state/verify-runs.ts';
import type { Groups, ServedGroup } from './groups.ts';

/** What a sweep needs. */
export interface SweepDeps {
  groups: Groups;
  queues: Queues;
  clock: Clock;
  log: Logger;
  streams: Map<string, AbortController>;
}

const PERIOD = 1_000;
const OFFERED_CHUNKS = 200;

/** Sweeps once a second, and at once when nudged. */
export function startSweeping(deps: SweepDeps): { nudge(): void; close(): Promise<void> } {
  const stop = new AbortController();
  let wake = new AbortController();
  const said = new Map<string, string>();
  const loop = async () => {
    while (!stop.signal.aborted) {
      wake = new AbortController();
      for (const name of deps.groups.names) await sweepGroup(deps, name, said);
      const signal = AbortSignal.any([stop.signal, wake.signal]);
      await deps.clock.sleep(PERIOD, signal).catch(() => {});
    }
  };
  const nudge = () => wake.abort();
  const running = loop();
  return {
    nudge,
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function sweepGroup(deps: SweepDeps, name: string, said: Map<string, string>): Promise<void> {
  try {
    const group = await deps.groups.open(name);
    const checkpoint = await readCheckpoint(group.target, name);
    if (checkpoint.paused || checkpoint.phase !== 'streaming') deps.streams.get(name)?.abort();
    await deps.queues.offer(await jobsOf(group, checkpoint));
    said.delete(name);
  } catch (error) {
    const message = messageOf(error);
    // The same trouble is said once, not once a second.
    if (said.get(name) !== message) deps.log.warn('group cannot be served', { group: name, error: message });
    said.set(name, message);
  }
}

async function jobsOf(group: ServedGroup, checkpoint: Checkpoint): Promise<Job[]> {
  const { name, target } = group;
  const verifies = (await openVerifies(target, name)).map(
    (run): Job => ({ kind: 'verify', group: name, run }),
  );
  const wanted = wantedOf(checkpoint);
  switch (wanted?.kind) {
    case undefined:
      return verifies;
    case 'prepare':
    case 'stream':
      return [{ kind: wanted.kind, group: name }, ...verifies];
    case 'chunks': {
      const { plan } = checkpoint;
      const chunks = await pendingChunks(target, name, plan, OFFERED_CHUNKS);
      if (chunks.length === 0) return [{ kind: 'finish', group: name, plan }, ...verifies];
      return [
        ...chunks.map(({ table, seq }): Job => ({ kind: 'chunk', group: name, plan, table, seq })),
        ...verifies,
      ];
    }
  }
}
