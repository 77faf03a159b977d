/**
 * `npm run demo`: starts the whole system and tells the story. With `--exit` it ends after the story, with 0 or
 * with the step that failed; without, the system stays up until Ctrl-C. `--scale` sizes the monolith's data.
 */
import { parseArgs } from 'node:util';
import { table, time } from '../../cli/print.ts';
import { createObserver } from './observe.ts';
import { createShow, type Show, type StepResult } from './show.ts';
import { tell } from './story.ts';
import { createSystem, type DemoSystem } from './system.ts';

const { values: options } = parseArgs({
  options: { exit: { type: 'boolean', default: false }, scale: { type: 'string', default: '1' } },
});

const started = performance.now();
const show = createShow(process.stdout);
const interrupted = new Promise<'interrupted'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
});

process.exitCode = await main();

async function main(): Promise<number> {
  show.heading('Strangler Kit: a monolith is strangled');
  const starting = createSystem({ scale: Number(options.scale), env: process.env, note: show.note });
  const system = await starting.catch((error: Error) => {
    show.note(`could not start: ${error.message}`);
    return undefined;
  });
  if (system === undefined) return 1;
  let ok = false;
  try {
    const outcome = await Promise.race([story(system), interrupted]);
    ok = outcome === 'told';
    if (ok && !options.exit) {
      showUrls(system, show);
      await interrupted;
    }
    return ok ? 0 : 130;
  } catch (error) {
    show.heading(`FAILED: ${(error as Error).message}`);
    show.note(`logs: ${system.directory}`);
    return 1;
  } finally {
    await system.close({ keepLogs: !ok });
  }
}

async function story(system: DemoSystem): Promise<'told'> {
  const observe = createObserver(system.at);
  const results = await tell({ system, observe, show });
  summary(results, await observe.traffic());
  return 'told';
}

function summary(
  results: StepResult[],
  traffic: { requests: number; failed: number; acknowledgedWrites: number },
): void {
  show.heading('What was shown');
  const rows = results.map(({ title, proof, ms }) => [title, time(ms), proof]);
  for (const line of table([['step', 'took', 'proved'], ...rows]).split('\n')) show.note(line);
  show.note('');
  const { requests, failed, acknowledgedWrites } = traffic;
  show.note(
    `${requests} client requests, ${failed} failed; ${acknowledgedWrites} acknowledged writes, none lost`,
  );
  show.note(`told in ${time(performance.now() - started)}`);
}

function showUrls({ at, directory }: DemoSystem, { heading, note }: Show): void {
  heading('The system is up; Ctrl-C stops it and removes what it started');
  const rows = [
    ['facade (clients come here)', at.urls.facade],
    ['facade admin API, /metrics', `http://127.0.0.1:${at.ports.facadeAdmin}/api/status`],
    ['worker admin API, /metrics', `http://127.0.0.1:${at.ports.workerAdmin}/api/data`],
    ['monolith', at.urls.legacy],
    ['catalog service', at.urls.catalog],
    ['config in force (edit it)', at.config],
    ['logs', directory],
  ];
  for (const line of table(rows).split('\n')) note(line);
  note('');
  note(`. ${directory}/env && npx strangler status`);
}
