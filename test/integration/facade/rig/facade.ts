import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../../chassis/clock.ts';
import { createLifecycle } from '../../../../chassis/lifecycle.ts';
import { createLogger } from '../../../../chassis/log.ts';
import { createMetrics, type Metrics } from '../../../../chassis/metrics.ts';
import type { ErrorView, EvidenceView, RouteView, StatusView } from '../../../../facade/admin/views.ts';
import { type FacadeOptions, startFacade } from '../../../../facade/main.ts';
import { forwarderInUse } from './forwarders.ts';

/** The admin token of test facades. */
export const TOKEN = 'test-token';

/** A facade of a test, in this process, with a config file of its own. */
export interface TestFacade {
  url: string;
  admin: string;
  log: Record<string, unknown>[];
  /** Rewrites the config file. */
  edit(config: string): Promise<void>;
  change(
    method: 'PUT' | 'POST',
    path: string,
    body: object,
    token?: string,
  ): Promise<{ status: number; body: RouteView & ErrorView }>;
  /** What a path of the admin API answers. */
  read<T>(path: string): Promise<T>;
  route(id: string): Promise<RouteView>;
  evidence(id: string): Promise<EvidenceView>;
  status(): Promise<StatusView>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** A config for a test; `routes` is YAML of the list, indented by two. */
export function config({
  legacy,
  service,
  routes = '',
  extra = '',
  facade = '',
}: {
  legacy: string;
  service: string;
  routes?: string;
  extra?: string;
  facade?: string;
}): string {
  return configWith({ legacy, service: `url: "${service}", timeout: 500ms`, routes, extra, facade });
}

/** The same where `service` is YAML of its upstream. */
export function configWith({
  legacy,
  service,
  routes = '',
  extra = '',
  facade = '',
}: Parameters<typeof config>[0]): string {
  return `facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms, forwarder: ${forwarderInUse()}${facade} }
worker: { admin: "127.0.0.1:9" }
upstreams:
  legacy: { url: "${legacy}" }
  service: { ${service} }
legacy: legacy
routes:
${routes || '  []'}
${extra}`;
}

/** One route on a stage. */
export function route(id: string, match: string, stage: string, rest = ''): string {
  return `  - { id: ${id}, match: { ${match} }, service: service, stage: ${stage}${rest} }\n`;
}

type StartOptions = { token?: string; open?: FacadeOptions['open']; metrics?: Metrics };

/** Starts a facade with a config file. */
export async function startTestFacade(
  text: string,
  { token = TOKEN, open, metrics = createMetrics('facade') }: StartOptions = {},
): Promise<TestFacade> {
  const directory = await mkdtemp(path.join(tmpdir(), 'facade-test-'));
  const file = path.join(directory, 'strangler.yaml');
  await writeFile(file, text);
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ process: 'facade', write: (line) => void lines.push(JSON.parse(line)) });
  const lifecycle = createLifecycle({ log });
  const parts = { env: {}, log, lifecycle, clock: systemClock, metrics };
  const options = { ...parts, configFile: file, token, ...(open && { open }) };
  const { url, admin } = await startFacade(options).catch(async (error) => {
    await lifecycle.close();
    await rm(directory, { recursive: true });
    throw error;
  });
  const asAdmin = token ? { headers: { authorization: `Bearer ${token}` } } : {};
  const read = async <T>(where: string) => (await (await fetch(admin + where, asAdmin)).json()) as T;
  return {
    url,
    admin,
    log: lines,
    edit: (next) => writeFile(file, next),
    async change(method, where, body, bearer = token) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
      const answer = await fetch(admin + where, { method, headers, body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as RouteView & ErrorView };
    },
    read,
    route: (id) => read(`/api/routes/${id}`),
    evidence: (id) => read(`/api/routes/${id}/evidence`),
    status: () => read('/api/status'),
    metrics: async () => (await fetch(`${admin}/metrics`)).text(),
    async close() {
      await lifecycle.close();
      await rm(directory, { recursive: true });
    },
  };
}
