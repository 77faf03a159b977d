/** How V8 treats what a process leaves behind (docs/decisions/0007). */
import { setFlagsFromString } from 'node:v8';

/**
 * Two settings of V8 that suit short programs and not servers, changed. To be called before there is much to collect.
 *
 * Allocation in the old space: in a process in which nearly all dies young V8 takes the survivors of a busy moment for a
 * rule; from then on each of those, though dead, keeps alive what it points to, a whole request mostly, until the next full
 * collection. Of facades started alike one in three had pauses of 20 to 40 ms each second, for the others' 1 ms.
 *
 * Shrinking while idle: together with the heap V8 throws away the shapes of objects that nobody holds just then, and with
 * them the machine code that was compiled for them. The first request after a quiet minute is as slow as after a start.
 */
export function tuneGarbageCollection(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--no-memory-reducer-favors-memory');
}
