/** Whether the application answers, asked at an interval on a connection of its own. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import { discardBody, type Transport } from '../../chassis/http/transport.ts';
import type { Logger } from '../../chassis/log.ts';

/** What is asked, and how; times in milliseconds. */
export interface AppHealthOptions {
  /** Scheme, host and port. */
  app: string;
  path: string;
  interval: number;
  timeout: number;
  transport: Transport;
  clock: Clock;
  log: Logger;
}

/** The last answer. */
export interface AppHealth {
  readonly ok: boolean;
  /** For readiness: throws with the reason when the application is not well. */
  check(): void;
  /** Calls the listener after each turn from well to not well, and back. */
  onChange(listener: () => void): void;
  close(): void;
}

/** Asks at once and then at each interval; a status of 500 or more is no health. */
export function watchAppHealth(options: AppHealthOptions): AppHealth {
  const { interval, clock, log } = options;
  const stop = new AbortController();
  let problem: string | undefined = 'not asked yet';
  const listeners: (() => void)[] = [];
  const note = (found: string | undefined) => {
    const turned = (found === undefined) !== (problem === undefined);
    problem = found;
    if (!turned) return;
    if (found === undefined) log.info('application is well');
    else log.warn('application is not well', { reason: found });
    for (const listener of listeners) listener();
  };
  const watch = async () => {
    while (!stop.signal.aborted) {
      const found = await ask(options, stop.signal);
      if (!stop.signal.aborted) note(found);
      await clock.sleep(interval, stop.signal).catch(() => {});
    }
  };
  void watch();
  return {
    get ok() {
      return problem === undefined;
    },
    check() {
      if (problem !== undefined) throw new Error(problem);
    },
    onChange: (listener) => void listeners.push(listener),
    close: () => stop.abort(),
  };
}

async function ask(
  { app, path, timeout, transport }: AppHealthOptions,
  stop: AbortSignal,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeout), stop]);
    const answer = await transport.request({ origin: app, path, method: 'GET', headers: {}, signal });
    discardBody(answer.body);
    return answer.status < 500 ? undefined : `it answered ${answer.status}`;
  } catch (error) {
    return messageOf(error);
  }
}
