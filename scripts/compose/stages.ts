import { setTimeout as delay } from 'node:timers/promises';
import type { CommandResult } from './run-command.ts';

/** The running system as the walk needs it. */
export interface StagesOptions {
  /** URLs of the facade and of its admin API, as reached from here. */
  facade: string;
  admin: string;
  token: string;
  /** Runs `strangler` beside the worker. */
  strangler: (...args: string[]) => Promise<CommandResult>;
  log: (line: string) => void;
}

const ROUTE = 'products-read';
const GROUP = 'catalog';

/** Copies the catalog's data, then asks for one product in each stage of its route; raises on the first surprise. */
export async function walkThroughStages(options: StagesOptions): Promise<void> {
  const product = await somePath(options);
  await copyData(options);
  const expected = await ask(options, product, 'legacy');
  await setStage(options, 'shadow');
  same(expected, await ask(options, product, 'legacy'), 'shadow');
  await untilCompared(options);
  await setStage(options, 'canary', 100);
  same(expected, await ask(options, product, 'catalog'), 'canary');
  await setStage(options, 'live');
  same(expected, await ask(options, product, 'catalog'), 'live');
  await setStage(options, 'legacy');
  same(expected, await ask(options, product, 'legacy'), 'legacy');
}
