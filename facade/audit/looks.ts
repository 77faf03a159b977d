/** Looks at something one after the other; those that are asked for meanwhile are one, and a failed one is repeated. */
import { messageOf } from '../../chassis/errors.ts';
import type { Logger } from '../../chassis/log.ts';

/** The looks. */
export interface Looks {
  /** Asks for a look. */
  again(): void;
  /** Resolves after a last look. */
  end(): Promise<void>;
}

/** Makes them; `retry` is the pause after a failure in ms. */
export function createLooks({
  look,
  log,
  retry,
}: {
  look: () => Promise<void>;
  log: Logger;
  retry: number;
}): Looks {
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  let waiting = false;
  const run = async () => {
    waiting = false;
    clearTimeout(timer);
    try {
      await look();
      if (failing) log.info('the audit is followed again');
      failing = false;
    } catch (error) {
      if (!failing) log.error('the audit cannot be followed now', { error: messageOf(error) });
      failing = true;
      timer = setTimeout(again, retry);
      timer.unref();
    }
  };
  const again = () => {
    if (waiting) return;
    waiting = true;
    last = last.then(run);
  };
  return {
    again,
    async end() {
      again();
      await last;
      clearTimeout(timer);
    },
  };
}
