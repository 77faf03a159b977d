/**
 * Picks up edits of the config file; an invalid edit is reported and the last good version stays. A text counts when two
 * looks in a row find it: the first half of a file that is being written may be valid by itself.
 */
import { readFile } from 'node:fs/promises';
import { type LoadedConfig, loadText, unreadable } from './load.ts';
import type { RouteCheck } from './quarantine.ts';

/** What a watcher needs. */
export interface WatchOptions {
  /** The version in force. */
  current: LoadedConfig;
  env: Record<string, string | undefined>;
  /** Called with each new valid version, in order; the next look waits for it. */
  onChange: (loaded: LoadedConfig) => void | Promise<void>;
  /** Called once for each invalid edit. */
  onInvalid: (error: unknown) => void;
  /** Lets an edit that breaks single routes count without them; else it is invalid as a whole. */
  quarantine?: RouteCheck;
  /** Milliseconds between two looks at the file; 500 by default. */
  interval?: number;
  /** Reads the file; from the disk by default. */
  read?: (file: string) => Promise<string>;
}

/** Watches by content, so that editors that replace the file, and mounted volumes, work too. */
export function watchConfig({
  current,
  env,
  onChange,
  onInvalid,
  quarantine,
  interval = 500,
  read = (name) => readFile(name, 'utf8'),
}: WatchOptions): {
  close(): void;
} {
  const { file } = current;
  let seen: string | undefined;
  let last: string | undefined;
  let version = current.version;
  let good = current;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const look = async () => {
    // Read once: two reads could see two edits, and report one of them twice.
    const text = await read(file).catch((error: NodeJS.ErrnoException) => error);
    const key = typeof text === 'string' ? text : `unreadable: ${text.code}`;
    const settled = key === last;
    last = key;
    if (!settled || key === seen || closed) return;
    seen = key;
    try {
      if (typeof text !== 'string') throw unreadable(file, text);
      const reload = quarantine && { before: good, check: quarantine };
      const loaded = loadText(text, file, env, reload);
      if (loaded.version === version || closed) return;
      await onChange(loaded);
      good = loaded;
      version = loaded.version;
    } catch (error) {
      // A version that was left and is written again must count as a change.
      version = 'invalid';
      onInvalid(error);
    }
  };
  const loop = async () => {
    await look();
    if (!closed) timer = setTimeout(loop, interval);
    timer?.unref();
  };
  void loop();

  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
