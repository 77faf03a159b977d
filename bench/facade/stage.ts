/** What a comparison of facades stands on: a directory, an upstream, and everything that is stopped at the end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startNginxUpstream } from './other-proxies.ts';
import { CORES, type Pinned, startPinned } from './pinned-process.ts';

/** Whoever has it may change the stage of a facade's route. */
export const ADMIN_TOKEN = 'bench-of-the-facade';

/** A comparison under way. */
export interface Stage {
  directory: string;
  /** Answers 1 KiB to everything, on the core of the load. */
  upstream: Pinned;
  /** Starts a facade, with its log on, from the text of a config; its admin API takes the ADMIN_TOKEN. */
  facade(name: string, config: string): Promise<Pinned>;
  /** Stops this too at the end. */
  keep<Started extends { stop(): Promise<void> }>(started: Started): Started;
}

/** Runs a comparison and stops what it started. */
export async function onStage(compare: (stage: Stage) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-facade-'));
  const started: { stop(): Promise<void> }[] = [];
  const keep: Stage['keep'] = (one) => {
    started.push(one);
    return one;
  };
  try {
    const nginx = await startNginxUpstream(path.join(directory, 'upstream'));
    const upstream = keep(nginx ?? (await startPinned(CORES.other, 'bench/facade/upstream.ts')));
    const facade = async (name: string, config: string) => {
      const file = path.join(directory, `${name.replaceAll(/\W/g, '-')}.yaml`);
      await writeFile(file, config);
      return keep(await startPinned(CORES.measured, 'bench/facade/kit.ts', [file, ADMIN_TOKEN]));
    };
    await compare({ directory, upstream, facade, keep });
  } finally {
    for (const one of started.reverse()) await one.stop();
    await rm(directory, { recursive: true });
  }
}

/** A config with the route that the load asks for, on a stage. */
export function configFor(
  stage: string,
  upstream: string,
  {
    facade = '',
    routes = '',
    rest = '',
    service = upstream,
  }: Partial<Record<'facade' | 'routes' | 'rest' | 'service', string>> = {},
): string {
  return `facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0"${facade} }
upstreams:
  legacy: { url: "${upstream}" }
  service: { url: "${service}" }
legacy: legacy
routes:
  - { id: item, match: { path: /api/items/:id }, service: service, stage: ${stage} }
${routes}${rest}`;
}
