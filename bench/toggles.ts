/**
 * What shared toggles cost: four facades whose toggles and evidence are in a private Redis, against four that keep
 * them in memory. Redis runs where the load is.
 */
import path from 'node:path';
import { startServices } from '../scripts/services/start.ts';
import { CORES, type Pinned } from './facade/pinned-process.ts';
import { print, printTable, printTargets } from './facade/report.ts';
import { type Contestant, inRounds, type Served, STARTS, USUAL_LOAD } from './facade/rounds.ts';
import { configFor, onStage } from './facade/stage.ts';

const FACADES = 4;
const MEMORY = 'toggles in memory';
const REDIS = 'toggles in Redis';

/** Prints both, and their ratio. */
export function run(): Promise<void> {
  return onStage(async ({ directory, facade, upstream, keep }) => {
    const services = keep(
      await startServices({
        need: ['redis'],
        dataDir: path.join(directory, 'services'),
        env: process.env,
        log: () => {},
      }),
    );
    const store = `store: { kind: redis, url: "${services.redis.url}", prefix: bench-${process.pid} }\n`;
    const contestants = new Map<string, Contestant>();
    for (const [name, rest] of [
      [MEMORY, ''],
      [REDIS, store],
    ] as const) {
      const config = configFor('live', upstream.url, { facade: ', forwarder: undici', rest });
      const starts: Served[] = [];
      for (let start = 0; start < STARTS; start += 1) {
        const side: Pinned[] = [];
        for (let index = 0; index < FACADES; index += 1) side.push(await facade(name, config));
        starts.push(side);
      }
      contestants.set(name, starts);
    }
    // Each process gets a quarter of the load: it takes four times as long until its code is compiled.
    const results = await inRounds(contestants, USUAL_LOAD, { warmUps: 2 * FACADES });
    printTable(results, MEMORY);
    print(`${FACADES} processes share core ${CORES.measured}; the load asks all of them at once.`);
    printTargets(results, [{ of: REDIS, to: MEMORY, figure: 'cpu', most: 1.03 }]);
  });
}
