/** How much more one piece of work takes than another: a ratio, for a busy machine would break any limit on a time. */

const ROUNDS = 9;

/** How many times the processor time of `few` the work of `many` takes: by the least of several rounds side by side. */
export function growth({ few, many }: { few: () => void; many: () => void }): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    least = Math.min(least, processorTimeOf(few));
    most = Math.min(most, processorTimeOf(many));
  }
  return most / least;
}

/** In microseconds. */
function processorTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}
