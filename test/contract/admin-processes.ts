/** The processes with an admin API, as their common suite starts them. */
import { readFile, writeFile } from 'node:fs/promises';
import { config, route, startTestFacade } from '../integration/facade/rig/facade.ts';
import { json, startUpstream } from '../integration/facade/rig/upstream.ts';
import { openShop } from '../integration/migrations/shop/shop.ts';
import { startTestWorker } from '../integration/migrations/shop/test-worker.ts';

/** A request: method, path, and a body where there is one. */
export type Call = readonly [method: string, path: string, body?: object];

/** A process that was started. */
export interface Running {
  admin: string;
  log: Record<string, unknown>[];
  /** Puts other tokens into the config file. */
  edit(tokens: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** How a process is started, and what can be asked of it. */
export interface AdminProcess {
  /** `tokens` as the file has them, `own` that of the environment, '' for none. */
  start(options: { tokens: readonly string[]; own: string; host?: string }): Promise<Running>;
  reads: readonly string[];
  /** What an operator may do, and the status of the answer. */
  change: Call;
  changed: number;
  /** What only an admin may. */
  reserved: readonly Call[];
  close(): Promise<void>;
}

/** The facade. */
export async function facadeProcess(): Promise<AdminProcess> {
  const legacy = await startUpstream(json('legacy', () => ({})));
  const routes = route('r', 'path: /api/:id', 'legacy');
  const text = (tokens: readonly string[], host: string) =>
    config({
      ...{ legacy: legacy.url, service: legacy.url, routes, facade: `, tokens: [${tokens.join(', ')}]` },
    }).replace('admin: "127.0.0.1:0"', `admin: "${host}:0"`);
  return {
    async start({ tokens, own, host = '127.0.0.1' }) {
      const facade = await startTestFacade(text(tokens, host), { token: own });
      return { ...facade, edit: (next) => facade.edit(text(next, host)) };
    },
    reads: ['/api/status', '/api/routes', '/api/routes/r', '/api/routes/r/history', '/api/audit'],
    change: ['POST', '/api/routes/r/rollback', { reason: 'x' }],
    changed: 200,
    reserved: [['PUT', '/api/routes/r/stage', { stage: 'shadow', reason: 'x', force: true }]],
    close: () => legacy.close(),
  };
}

/** The worker, with one data group. */
export async function workerProcess(): Promise<AdminProcess> {
  const shop = await openShop();
  const original = await readFile(shop.configFile, 'utf8');
  const edit = (tokens: readonly string[], host: string) =>
    writeFile(
      shop.configFile,
      original.replace('admin: "127.0.0.1:0"', `admin: "${host}:0", tokens: [${tokens.join(', ')}]`),
    );
  return {
    async start({ tokens, own, host = '127.0.0.1' }) {
      await edit(tokens, host);
      const worker = await startTestWorker(shop.configFile, own);
      return { admin: worker.url, log: worker.log, edit: (next) => edit(next, host), close: worker.close };
    },
    reads: ['/api/data', '/api/data/shop'],
    change: ['POST', '/api/data/shop/pause', {}],
    changed: 202,
    reserved: [
      ['POST', '/api/data/shop/copy', { fresh: true }],
      ['POST', '/api/data/shop/copy?fresh=1', {}],
    ],
    close: () => shop.close(),
  };
}
