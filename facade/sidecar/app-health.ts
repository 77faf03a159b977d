/** Whether the application answers, asked at an interval on a connection of its own. */
import type { Clock } from '../../chassis/clock.ts';
import { messageOf } from '../../chassis/errors.ts';
import { discardBody, type Transport } from '../../chassis/http/transport.ts';
import type { Logger } from '../../chassis/log.ts';
import { afterProbe, type Health, type HealthThresholds } from '../upstreams/probed-health.ts';

/** What is asked, how, and how often in a row it must pass or fail; times in milliseconds. */
export interface AppHealthOptions extends HealthThresholds {
  /** Scheme, host and port. */
  app: string;
  path: string;
  interval: number;
  timeout: number;
  transport: Pick<Transport, 'request'>;
  clock: Clock;
  log: Logger;
}

/** What the last answers have shown. */
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
  let health: Health = { kind: 'unproven' };
  let problem = 'not asked yet';
  const isWell = () => health.kind === 'healthy';
  const listeners: (() => void)[] = [];
  const note = (found: string | undefined) => {
    const before = isWell();
    health = afterProbe(health, found === undefined, options);
    problem = found ?? 'it has not passed often enough yet';
    if (isWell() === before) return;
    if (isWell()) log.info('application is well');
    else log.warn('application is not well', { reason: problem });
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
      return isWell();
    },
    check() {
      if (!isWell()) throw new Error(problem);
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
