/** What a comparison prints: a table of medians, and each figure to reach beside what was found. */
import type { Medians } from './medians.ts';
import { type FindRatio, medianRatio } from './ratio.ts';

/** A figure to reach: `of` by `to`, at most `most`. */
export interface Target {
  of: string;
  to: string;
  figure: 'cpu' | 'p99';
  most: number;
}

/** Prints one line each, with the ratio of its processor time to that of `base`, or of a base of its own, round by round. */
export function printTable(
  results: ReadonlyMap<string, Medians>,
  base: string,
  baseOf: (name: string) => string = () => base,
): void {
  const width = Math.max(...[...results.keys()].map((name) => name.length));
  print(`${''.padEnd(width)}  requests/s    p50 ms    p99 ms   µs CPU a request   × ${base}`);
  for (const [name, medians] of results) {
    const { rate, p50, p99, cpu, failed } = medians;
    const { found: ratio } = medianRatio('cpu', medians, results.get(baseOf(name))!);
    print(
      `${name.padEnd(width)}  ${column(rate, 10, 0)}${column(p50, 10, 2)}${column(p99, 10, 2)}` +
        `${column(cpu, 19, 1)}${column(ratio, 10, 2)}${failed > 0 ? `   ${failed} failed` : ''}`,
    );
  }
}

/** Prints each target beside what was found; a miss fails nothing, as machines differ. */
export function printTargets(
  results: ReadonlyMap<string, Medians>,
  targets: readonly Target[],
  ratioOf: FindRatio = medianRatio,
): void {
  for (const { of, to, figure, most } of targets) {
    const one = results.get(of);
    const other = results.get(to);
    if (one === undefined || other === undefined) continue;
    const { found, low, high } = ratioOf(figure, one, other);
    const name = figure === 'cpu' ? 'CPU a request' : figure;
    print(
      `${found <= most ? 'reached' : 'MISSED'}: ${name} of ${of} is ${found.toFixed(2)} × ${to}, ` +
        `expected at most ${most.toFixed(2)}; by its rounds between ${low.toFixed(2)} and ${high.toFixed(2)}`,
    );
  }
}

/** One line of the report. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function column(value: number, width: number, digits: number): string {
  return value.toFixed(digits).padStart(width);
}
