/**
 * One group's stream: reads the binlog from the committed position and applies it until told to stop, fenced
 * out by another holder, or faced with something that only a person can decide. A resource that fails pauses
 * it: the same batch is tried again once the resource's breaker lets calls through.
 */
import type { Breaker } from '../../chassis/breaker.ts';
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import { migrationErrors } from '../errors.ts';
import type { GroupTable, OpenGroup } from '../group/group.ts';
import { type Checkpoint, claimStream } from '../state/checkpoint.ts';
import { quarantinedKeys } from '../state/quarantine.ts';
import { type ApplyContext, applyTransactions } from './apply.ts';
import type { SourceTransaction } from './assemble.ts';
import { type BinlogReader, readBinlog } from './binlog.ts';
import { beat } from './heartbeat.ts';
import { checkPlan } from './plan-check.ts';
import type { Position } from './position.ts';
import { createTransactionQueue } from './transaction-queue.ts';

const IDLE_REST = 250;

/** What a stream needs. */
export interface StreamDeps {
  group: OpenGroup;
  tables: readonly GroupTable[];
  holder: string;
  serverId: number;
  source: Breaker;
  target: Breaker;
  clock: Clock;
  log: Logger;
  /** Told after every committed batch. */
  onApplied?: (position: Position, applied: SourceTransaction[]) => void;
}

/** How a stream ended. */
export type StreamEnd = { kind: 'stopped' } | { kind: 'fenced' } | { kind: 'failed'; error: Error };

/** Runs until `signal` is aborted, another holder takes over, or it must stop. */
export async function runStream(deps: StreamDeps, signal: AbortSignal): Promise<StreamEnd> {
  const { group, holder, tables, log } = deps;
  const checkpoint = await claimStream(group.target, group.name, holder);
  log.info('stream taken', { group: group.name, epoch: checkpoint.epoch, position: checkpoint.position });
  try {
    await checkPlan(group, tables, checkpoint);
    const context: ApplyContext = {
      group: group.name,
      target: group.target,
      tables: new Map(tables.map((table) => [table.name, table])),
      epoch: checkpoint.epoch,
      quarantined: await quarantinedKeys(group.target, group.name),
    };
    return await followForEver(deps, context, checkpoint, signal);
  } catch (error) {
    return endOf(error, signal);
  }
}

/** Follows and beats; either of them ends both. */
async function followForEver(
  deps: StreamDeps,
  context: ApplyContext,
  checkpoint: Checkpoint,
  outer: AbortSignal,
): Promise<StreamEnd> {
  let position = checkpoint.position!;
  let fenced = false;
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const heart = beat(
    {
      ...deps,
      epoch: context.epoch,
      position: () => position,
      breakers: () => describeBreakers(deps),
      onFenced: () => {
        fenced = true;
        own.abort();
      },
    },
    signal,
  );
  try {
    await followAgain(deps, context, signal, {
      get: () => position,
      set: (next) => {
        position = next;
      },
    });
  } catch (error) {
    if (!fenced) throw error;
  } finally {
    own.abort();
    await heart;
  }
  return fenced ? { kind: 'fenced' } : { kind: 'stopped' };
}

/** Opens the source again, with growing pauses, whenever its connection breaks. */
async function followAgain(
  deps: StreamDeps,
  context: ApplyContext,
  signal: AbortSignal,
  position: { get: () => Position; set: (next: Position) => void },
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    const before = position.get();
    const lost = await follow(deps, context, before, signal, position.set);
    if (signal.aborted) return;
    if (position.get() !== before) failures = 0;
    deps.log.warn('source connection lost', { group: deps.group.name, error: messageOf(lost) });
    await deps.clock.sleep(Math.min(200 * 2 ** failures, 5_000), signal).catch(() => {});
  }
}

function describeBreakers({ source, target }: StreamDeps): string {
  const bad = Object.entries({ source, target }).filter(([, { state }]) => state !== 'closed');
  return bad.length === 0 ? 'closed' : bad.map(([name, { state }]) => `${name} ${state}`).join(', ');
}

/** Reads and applies until the source connection breaks; resolves with the reason. */
async function follow(
  deps: StreamDeps,
  context: ApplyContext,
  from: Position,
  signal: AbortSignal,
  onPosition: (position: Position) => void,
): Promise<unknown> {
  const { group, serverId } = deps;
  // The probe counts for the breaker; the reader itself is one call without an end.
  await untilThrough(deps, deps.source, signal, () => group.source.query('SELECT 1'));
  const queue = createTransactionQueue({ onFull: () => reader.pause(), onDrained: () => reader.resume() });
  const reader: BinlogReader = readBinlog(
    { url: group.config.source.url, serverId, from, tables: deps.tables.map(({ source }) => source) },
    { onTransaction: queue.push, onLost: queue.lose, onStop: queue.fail },
  );
  const abort = () => queue.lose(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      const next = await queue.take();
      if (next.kind === 'lost') return next.reason;
      await untilThrough(deps, deps.target, signal, () => applyTransactions(context, next.transactions));
      const { end } = next.transactions.at(-1)!;
      onPosition(end);
      deps.onApplied?.(end, next.transactions);
      // Places without rows are committed a few times a second, not once for each foreign transaction.
      if (next.transactions.every(({ events }) => events.length === 0))
        await queue.rowsOr(deps.clock.sleep(IDLE_REST, signal).catch(() => {}));
    }
  } finally {
    signal.removeEventListener('abort', abort);
    await reader.close();
  }
}

/** Tries until the resource works again; what does not speak against the resource is thrown on. */
async function untilThrough<T>(
  { clock, log, group }: StreamDeps,
  breaker: Breaker,
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T> {
  let said = false;
  for (;;) {
    try {
      return await breaker.run(call);
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error;
      if (!said) log.warn('stream paused', { group: group.name, error: messageOf(error) });
      said = true;
      await clock.sleep(500, signal);
    }
  }
}

/** Fenced out, stopped by an event, or a bug: trying again changes nothing. */
function isFinal(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code in migrationErrors.table || error instanceof TypeError || error instanceof RangeError;
}

function endOf(error: unknown, signal: AbortSignal): StreamEnd {
  if (signal.aborted) return { kind: 'stopped' };
  if ((error as { code?: string }).code === 'STREAM_FENCED') return { kind: 'fenced' };
  return { kind: 'failed', error: error as Error };
}
