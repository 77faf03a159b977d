/** Beside a running stream: notes once a second how far behind it is and how its resources are. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';
import type { OpenGroup } from '../group/group.ts';
import { noteStream } from '../state/checkpoint.ts';
import { createLagMarks } from './lag.ts';
import { bytesBetween, type Position } from './position.ts';
import { readBinlogFiles, readSourcePosition } from './source-position.ts';

/** What a heartbeat looks at. */
export interface HeartbeatDeps {
  group: OpenGroup;
  epoch: number;
  /** The stream's position now. */
  position: () => Position;
  /** The states of its breakers in words: `closed`, `target open`. */
  breakers: () => string;
  /** Called once when another holder took the stream over. */
  onFenced: () => void;
  clock: Clock;
  log: Logger;
}

const PERIOD = 1_000;

/** Beats until aborted; a beat that fails says so and the next one is tried. */
export async function beat(deps: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  const { group, epoch, clock, log } = deps;
  const marks = createLagMarks();
  while (!signal.aborted) {
    try {
      const source = await readSourcePosition(group.source);
      const at = deps.position();
      const lagSeconds = marks.seconds(clock.monotonic(), source, at);
      const lagBytes = lagSeconds === 0 ? 0 : bytesBetween(at, source, await readBinlogFiles(group.source));
      const mine = await noteStream(group.target, group.name, epoch, {
        lagBytes,
        lagSeconds,
        breaker: deps.breakers(),
      });
      if (!mine) return deps.onFenced();
    } catch (error) {
      log.debug('heartbeat failed', { group: group.name, error: messageOf(error) });
    }
    await clock.sleep(PERIOD, signal).catch(() => {});
  }
}
