import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { HistoryView, RouteView } from '../../../facade/admin/views.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';
import { config, route, TOKEN } from './rig/facade.ts';
import { type KillableRedis, startKillableRedis } from './rig/killable-redis.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const WAIT = { timeout: 60_000, interval: 5 };

/** A facade as a process of its own. */
interface One {
  process: TestProcess;
  url: string;
  admin: string;
}

describe('Four facade processes that share a Redis', function () {
  this.timeout(240_000);
  let legacy: TestUpstream;
  let service: TestUpstream;
  let redis: KillableRedis;
  let directory: string;
  let facades: One[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    redis = await startKillableRedis();
    directory = await mkdtemp(path.join(tmpdir(), 'four-facades-'));
    await write('live');
    facades = [];
    facades = await Promise.all(Array.from({ length: 4 }, start));
  });
  afterEach(async () => {
    await Promise.all(facades.map((one) => one.process.stop()));
    await redis.close();
    await rm(directory, { recursive: true });
    await legacy.close();
    await service.close();
  });

  const file = () => path.join(directory, 'strangler.yaml');
  const write = (stage: string) =>
    writeFile(
      file(),
      config({
        legacy: legacy.url,
        service: service.url,
        routes: route('r', 'path: /api/:id', stage),
        extra: `store: { kind: redis, url: "${redis.url}" }`,
      }),
    );
  const start = async (): Promise<One> => {
    const process = startProcess('cli/main.ts', ['facade', '--config', file()], {
      env: { STRANGLER_ADMIN_TOKEN: TOKEN },
    });
    const line = await process.json(({ message }) => message === 'facade listening', 60_000);
    return { process, url: String(line.url), admin: String(line.admin) };
  };
  const authorization = `Bearer ${TOKEN}`;
  const side = async ({ url }: One) => {
    const answer = await fetch(`${url}/api/1`);
    await answer.text();
    return answer.headers.get('x-answered-by');
  };
  const all = (expected: string) =>
    Promise.all(
      facades.map((one) =>
        until(async () => (await side(one)) === expected, { ...WAIT, what: `every facade on ${expected}` }),
      ),
    );
  const move = async ({ admin }: One, stage: string) => {
    const answer = await fetch(`${admin}/api/routes/r/stage`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ stage, reason: 'test', force: true }),
    });
    expect(answer.status, await answer.text()).to.equal(200);
  };
  const read = async <T>({ admin }: One, where: string) =>
    (await (await fetch(admin + where, { headers: { authorization } })).json()) as T;

  it('all follow a flip made at any one of them', async () => {
    // Facades in service are what the figure is about; in their first second they wait for the compiler.
    for (let asked = 0; asked < 300; asked += 1) await Promise.all(facades.map(side));
    const sent: number[] = [];
    const written: number[] = [];
    for (let flip = 0; flip < 12; flip += 1) {
      const [stage, expected] = flip % 2 === 0 ? ['legacy', 'legacy'] : ['live', 'service'];
      const one = facades[flip % 4]!;
      const began = Date.now();
      let followed = 0;
      // Each is asked from before the change is sent, and until it answers by it.
      await Promise.all([move(one, stage!), all(expected!).then(() => (followed = Date.now()))]);
      const { entries } = await read<HistoryView>(one, '/api/routes/r/history');
      expect(entries[0]!.to.stage).to.equal(stage);
      sent.push(followed - began);
      written.push(followed - entries[0]!.at);
    }
    printTimes('from a flip sent until all answered by it', sent);
    printTimes('from its entry in the history until then', written);
  });

  it('keep a rollback when Redis is flushed, and write it back', async () => {
    await move(facades[0]!, 'legacy');
    await all('legacy');
    await redis.client.flushall();
    await until(async () => (await redis.client.hlen('strangler:toggles')) === 1, WAIT);
    await all('legacy');
    facades.push(await start());
    expect(await side(facades[4]!)).to.equal('legacy');
    const { entries } = await read<HistoryView>(facades[4]!, '/api/routes/r/history');
    expect(entries[0]).to.include({ action: 'restore', actor: 'facade', role: 'system' });
    expect(entries[0]!.to.stage).to.equal('legacy');
    await move(facades[4]!, 'live');
    await all('service');
  });

  it('keep it through a kill -9 of Redis, which comes back empty; an edit of the file moves traffic all the while', async () => {
    await move(facades[1]!, 'legacy');
    await all('legacy');
    await redis.kill();
    await all('legacy');
    await redis.start();
    await until(async () => (await redis.client.hlen('strangler:toggles')) === 1, WAIT);
    await all('legacy');
    await redis.kill();
    await write('shadow');
    for (const one of facades)
      await until(async () => (await read<RouteView>(one, '/api/routes/r')).source === 'file', WAIT);
    await write('live');
    await all('service');
    await redis.start();
    await until(async () => (await redis.client.hlen('strangler:toggles:file')) === 1, WAIT);
    facades.push(await start());
    await all('service');
  });
});

function printTimes(what: string, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  console.log(`      ${what}: median ${sorted[sorted.length / 2]} ms, longest ${sorted.at(-1)} ms`);
}
