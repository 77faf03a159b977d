/** What a thousand routes cost beside ten: the same request to the same route, first in both files. */
import { print, printTable, printTargets } from './facade/report.ts';
import { type Contestant, inRounds, ROUNDS, started } from './facade/rounds.ts';
import { configFor, onStage } from './facade/stage.ts';

const FEW = '10 routes';
const MANY = '1,000 routes';

/** Prints both, and their ratio. */
export function run(): Promise<void> {
  return onStage(async ({ facade, upstream }) => {
    const contestants = new Map<string, Contestant>();
    for (const [name, count] of [
      [FEW, 10],
      [MANY, 1_000],
    ] as const) {
      const options = { facade: ', forwarder: undici', routes: otherRoutes(count - 1) };
      const config = configFor('legacy', upstream.url, options);
      contestants.set(name, await started(() => facade(name, config)));
    }
    // So many that the median settles well within the few percent that are asked about.
    const results = await inRounds(contestants, 6 * ROUNDS);
    printTable(results, FEW);
    print('Over undici, where the rest of a request costs least.');
    printTargets(results, [{ of: MANY, to: FEW, figure: 'cpu', most: 1.03 }]);
  });
}

function otherRoutes(count: number): string {
  let text = '';
  for (let index = 0; index < count; index += 1) {
    const path = `/api/${['orders', 'users', 'carts', 'stock'][index % 4]}/v${index}/:id`;
    text += `  - { id: r${index}, match: { path: "${path}" }, service: service, stage: legacy }\n`;
  }
  return text;
}
