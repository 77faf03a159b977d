/** V8's own threads, which compile and collect beside the thread that serves (docs/decisions/0010). */
import { readdirSync, readFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

const TASKS = '/proc/self/task';
/** Node names its threads from version 23 on. */
const HELPER = 'V8Worker';
/** Beside the serving thread's: a tenth of its share, and its place at once when it wakes up. */
const NICER = 10;

/**
 * Has V8's threads give way to the thread that serves, where both want the same core: a process limited to one, or a busy
 * machine. On Linux only, where a thread has a priority of its own; elsewhere, and where `/proc` is missing, it does nothing.
 */
export function putHelpersBehind(): void {
  const niceness = Math.min(getPriority() + NICER, constants.priority.PRIORITY_LOW);
  for (const thread of threads()) {
    try {
      if (readFileSync(`${TASKS}/${thread}/comm`, 'utf8').startsWith(HELPER)) setPriority(thread, niceness);
    } catch {
      // The thread has ended, or may not be asked.
    }
  }
}

function threads(): number[] {
  try {
    return readdirSync(TASKS).map(Number);
  } catch {
    return [];
  }
}
