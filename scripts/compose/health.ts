import { setTimeout as delay } from 'node:timers/promises';
import { processes } from '../topology/processes.ts';
import type { Engine } from './engine.ts';

/** Whether a service ends by itself when its work is done. */
export function isOneShot(service: string): boolean {
  return processes.some((one) => one.name === service && one.runs === 'once');
}

const MOST_RESTARTS = 3;

/**
 * Waits until a container is healthy, or for a one-shot until it ended with 0. Raises an Error with the
 * container's last lines when it ends otherwise or `timeout` milliseconds have passed.
 */
export async function untilReady(
  engine: Engine,
  service: string,
  { signal, timeout }: { signal: AbortSignal; timeout: number },
): Promise<void> {
  const deadline = Date.now() + timeout;
  for (;;) {
    signal.throwIfAborted();
    const state = await engine.state(service);
    if (state.kind === 'healthy') return;
    if (state.kind === 'exited' && state.code === 0 && isOneShot(service)) return;
    if (state.kind === 'starting' && state.restarts >= MOST_RESTARTS) {
      throw new Error(`${service} ended ${state.restarts} times:\n${await engine.logs(service)}`);
    }
    if (state.kind === 'exited' && (isOneShot(service) || state.code !== 0)) {
      throw new Error(`${service} ended with ${state.code}:\n${await engine.logs(service)}`);
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${service} was not healthy within ${timeout / 1000} s:\n${await engine.logs(service)}`,
      );
    }
    await delay(500);
  }
}
