/** How V8 treats what a process leaves behind. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from allocating in the old space what it saw survive once or twice. In a process in which nearly all dies
 * young it takes the survivors of a busy moment for a rule; from then on each of those, though dead, keeps alive what it
 * points to, a whole request mostly, until the next full collection. Of facades started alike one in three had pauses of
 * 20 to 40 ms each second, for the others' 1 ms (docs/decisions/0007). To be called before there is much to collect.
 */
export function allocateYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
