/** How a process starts and stops: releasers run in reverse order, signals close, errors say what to do. */
import { type Clock, systemClock } from './clock.ts';
import { describeError, EXIT, KitError, messageOf } from './errors.ts';
import { tuneGarbageCollection } from './garbage.ts';
import { putHelpersBehind } from './helper-threads.ts';
import { createLogger, type Logger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** What was opened, to be closed in reverse order. */
export interface Lifecycle {
  /** `takes`: milliseconds that the release may take by its own settings; the deadline of all comes on top. */
  onClose(name: string, release: () => Promise<void> | void, options?: { takes?: number }): void;
  /** Closes everything once; an error or a hang of one release does not keep the others from running. */
  close(): Promise<void>;
}

/** `deadline`: milliseconds each release may take beyond what it says itself (15,000 by default). */
export function createLifecycle({ log, deadline = 15_000 }: { log: Logger; deadline?: number }): Lifecycle {
  const releases: Release[] = [];
  let closing: Promise<void> | undefined;
  let closed = false;
  const run = ({ name, release, takes }: Release) =>
    within(takes + deadline, name, release).catch((error) =>
      log.warn('close failed', { name, error: messageOf(error) }),
    );
  const closeAll = async () => {
    for (let next = releases.pop(); next !== undefined; next = releases.pop()) await run(next);
    closed = true;
  };
  return {
    // What is opened while a slow start is already being closed is released too.
    onClose(name, release, { takes = 0 } = {}) {
      const one = { name, release, takes };
      if (closed) void run(one);
      else releases.push(one);
    },
    close: () => (closing ??= closeAll()),
  };
}

interface Release {
  name: string;
  release: () => Promise<void> | void;
  takes: number;
}

async function within(deadline: number, name: string, release: () => Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not close within ${deadline} ms`)), deadline);
  });
  try {
    await Promise.race([release(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a process is given to build itself from. */
export interface ProcessContext {
  env: NodeJS.ProcessEnv;
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  clock: Clock;
}

/** A terminal's Ctrl-C reaches a process by itself and once more through its launcher: that is one signal; ms. */
const SAME_SIGNAL = 500;

/**
 * Runs a process until SIGTERM or SIGINT; a second signal ends it at once. A KitError at the start is
 * shown with its remedy and decides the exit code. `stop` ends the process in order, once, with a code.
 */
export async function runProcess(
  name: string,
  start: (context: ProcessContext, stop: (reason: string, code: number) => void) => Promise<void>,
): Promise<void> {
  tuneGarbageCollection();
  putHelpersBehind();
  const log = createLogger({ process: name, level: process.env.LOG_LEVEL });
  const lifecycle = createLifecycle({ log });
  let ending = false;
  const stop = (reason: string, code: number) => {
    if (ending) return;
    ending = true;
    log.info('stopping', { reason });
    void lifecycle
      .close()
      .then(() => log.flush())
      .finally(() => process.exit(code));
  };
  let stopping: number | undefined;
  const onSignal = (signal: string) => {
    const now = systemClock.monotonic();
    if (stopping === undefined) stop(signal, EXIT.ok);
    else if (now - stopping > SAME_SIGNAL) process.exit(128);
    stopping ??= now;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, onSignal);
  }
  process.on('unhandledRejection', (error) => {
    log.error('unhandled rejection', { error });
    stop('unhandled rejection', EXIT.internal);
  });
  try {
    const metrics = createMetrics(name);
    await start({ env: process.env, log, metrics, lifecycle, clock: systemClock }, stop);
  } catch (error) {
    reportStartError(error, log);
    await lifecycle.close();
    await log.flush();
    process.exit(error instanceof KitError ? error.exit : EXIT.internal);
  }
}

function reportStartError(error: unknown, log: Logger): void {
  const { code, message, remedy } = describeError(error);
  if (!(error instanceof KitError)) log.error('start failed', { error });
  process.stderr.write(`${code}: ${message}\n${remedy}\n`);
}
