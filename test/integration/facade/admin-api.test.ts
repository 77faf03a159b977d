import { expect } from 'chai';
import type { HistoryView } from '../../../facade/admin/views.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade, TOKEN } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

/** All that a test asks is compared, also on a machine where that takes long. */
const ROOM = ', shadow: { concurrency: 100 }';

describe('The admin API of the facade', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  const QUICK = ', gate: { minimum: 1ms, mismatch: 20%, latency: 100x }, compare: { maxLag: 0ms }';
  const start = async (stage: string, rest = QUICK, options?: { token: string }) => {
    const routes = route('r', 'path: /api/:id', stage, rest + ROOM);
    facade = await startTestFacade(config({ legacy: legacy.url, service: service.url, routes }), options);
  };
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy', ({ url }) => ({ id: url, price: '2.00' })));
    service = await startUpstream(json('service', ({ url }) => ({ id: url, price: '2.00' })));
  });
  afterEach(async () => {
    await facade?.close();
    await legacy.close();
    await service.close();
  });
  const read = async (times: number) => {
    for (let index = 0; index < times; index += 1) await (await fetch(`${facade.url}/api/${index}`)).text();
  };
  const compared = (count: number) =>
    until(async () => (await facade.evidence('r')).summary.compared >= count, {
      what: `${count} comparisons`,
    });

  it('changes nothing without the right token', async () => {
    await start('legacy');
    const body = { stage: 'shadow', reason: 'test' };
    expect((await facade.change('PUT', '/api/routes/r/stage', body, 'wrong')).body.code).to.equal(
      'ADMIN_TOKEN_WRONG',
    );
    const bare = await fetch(`${facade.admin}/api/routes/r/rollback`, { method: 'POST' });
    expect(bare.status).to.equal(401);
    expect((await facade.route('r')).stage).to.equal('legacy');
    await facade.close();
    await start('legacy', QUICK, { token: '' });
    const refused = await facade.change('PUT', '/api/routes/r/stage', body, 'any');
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'ADMIN_TOKEN_MISSING']);
    expect(refused.body.remedy).to.include('STRANGLER_ADMIN_TOKEN');
  });

  it('does not start open to other machines without a token, or with one to be guessed', async () => {
    const open = config({ legacy: legacy.url, service: service.url }).replace(
      'admin: "127.0.0.1:0"',
      'admin: "0.0.0.0:0"',
    );
    const error = await startTestFacade(open, { token: '' }).catch((thrown) => thrown);
    expect(error).to.include({ code: 'ADMIN_EXPOSED' });
    const short = await startTestFacade(open, { token: 'x' }).catch((thrown) => thrown);
    expect(short).to.include({ code: 'ADMIN_TOKEN_SHORT' });
    facade = await startTestFacade(open, { token: 'sixteen-or-more-characters' });
  });

  it('walks a route from legacy to live on evidence, and back at once', async () => {
    await start('legacy');
    const promote = (body: object = {}) =>
      facade.change('POST', '/api/routes/r/promote', { reason: 'go', ...body });
    expect((await promote()).body.stage).to.equal('shadow');

    const early = await promote();
    expect([early.status, early.body.code]).to.deep.equal([409, 'GATE_NOT_PASSED']);
    expect(early.body.message)
      .to.include('inconclusive')
      .and.match(/about \d+ more clean requests needed/);

    await read(60);
    await compared(60);
    const canary = await promote({ percent: 100 });
    expect([canary.body.stage, canary.body.percent, canary.body.source]).to.deep.equal([
      'canary',
      100,
      'toggle',
    ]);
    expect(canary.body.evidence.compared, 'evidence starts afresh').to.equal(0);

    expect((await promote()).body.code).to.equal('GATE_NOT_PASSED');
    const forced = await promote({ force: true });
    expect(forced.body.stage).to.equal('live');
    const back = await facade.change('POST', '/api/routes/r/rollback', { reason: 'enough' });
    expect(back.body.stage).to.equal('legacy');

    const { entries } = await facade.read<HistoryView>('/api/routes/r/history');
    expect(entries.map(({ action, to, forced }) => [action, to.stage, forced])).to.deep.equal([
      ['rollback', 'legacy', false],
      ['promote', 'live', true],
      ['promote', 'canary', false],
      ['promote', 'shadow', false],
    ]);
    expect(entries[2]!.evidence).to.include({ verdict: 'pass', compared: 60, mismatched: 0 });
  });

  it('shows a mismatch with its path and both values, and refuses to promote on it', async () => {
    service.answer(json('service', ({ url }) => ({ id: url, price: '1.99' })));
    await start('shadow');
    await read(40);
    await compared(40);
    const { clusters, gate } = await facade.evidence('r');
    expect(clusters).to.have.length(1);
    expect(clusters[0]).to.include({ summary: '$.price value', count: 40 });
    expect(clusters[0]!.samples).to.have.length(5);
    expect(clusters[0]!.samples[0]!.differences).to.deep.equal([
      { path: '$.price', kind: 'value', control: '"2.00"', candidate: '"1.99"' },
    ]);
    expect(gate.verdict).to.equal('fail');
    expect((await facade.change('POST', '/api/routes/r/promote', { reason: 'no' })).body.code).to.equal(
      'GATE_NOT_PASSED',
    );
  });

  it('calls it lag when the service agrees a little later', async () => {
    let late = true;
    service.answer((request, response) =>
      json('service', ({ url }) => ({ id: url, price: late ? '1' : '2.00' }))(request, response),
    );
    await start('shadow', ', compare: { maxLag: 1s }');
    await read(1);
    await until(() => service.received.length > 0);
    late = false;
    await until(async () => (await facade.evidence('r')).summary.outcomes.lag === 1, {
      what: 'lag to be found',
    });
  });

  it('takes a route back by itself when the service fails its clients', async () => {
    service.answer((_request, response) => response.writeHead(500).end());
    await start('live');
    await read(40);
    await until(async () => (await facade.route('r')).stage === 'legacy', { what: 'the guard to act' });
    const shown = await facade.route('r');
    expect(shown.toggle).to.include({ actor: 'guard', inForce: true });
    expect(shown.toggle!.reason).to.match(/errors: \d+ of \d+ answers of the service failed/);
  });

  it('asks the worker before a step that a data group guards', async () => {
    const worker = await startUpstream(
      json('worker', () => ({ state: 'streaming', caughtUp: true, lagSeconds: 0, verified: null })),
    );
    const routes = route(
      'r',
      'path: /api/:id',
      'shadow',
      `, gate: { minimum: 1ms, mismatch: 20%, latency: 100x, data: catalog }${ROOM}`,
    );
    const data =
      'data:\n  catalog:\n    source: { url: "mysql://u@h/a", tables: [t] }\n    target: { url: "mysql://u@h/b" }\n    mapping: ./m.ts\n';
    const text = config({ legacy: legacy.url, service: service.url, routes, extra: data });
    facade = await startTestFacade(text.replace('127.0.0.1:9', `127.0.0.1:${worker.port}`));
    await read(60);
    await compared(60);
    const dataCheck = async () => (await facade.route('r')).gate.checks.find(({ check }) => check === 'data');
    expect(await dataCheck()).to.include({ verdict: 'inconclusive' });
    expect(worker.received[0]!.headers.authorization).to.equal(`Bearer ${TOKEN}`);
    worker.answer(
      json('worker', () => ({
        state: 'streaming',
        caughtUp: true,
        lagSeconds: 0,
        verified: { clean: true, at: 1 },
      })),
    );
    expect(await dataCheck()).to.include({ verdict: 'pass' });
    worker.answer(
      json('worker', () => ({
        state: 'streaming',
        caughtUp: true,
        lagSeconds: 0,
        verified: { clean: false, at: 1 },
      })),
    );
    expect(await dataCheck()).to.include({ verdict: 'fail' });
    await worker.close();
    expect(await dataCheck()).to.include({ verdict: 'inconclusive' });
  });

  it('answers mistakes with what was found, what was expected, and what to do', async () => {
    await start('legacy');
    const cases: [string, object, number, string][] = [
      ['/api/routes/none/stage', { stage: 'shadow', reason: 'x' }, 404, 'ROUTE_UNKNOWN'],
      ['/api/routes/r/stage', { stage: 'sideways', reason: 'x' }, 400, 'REQUEST_INVALID'],
      ['/api/routes/r/stage', { stage: 'shadow' }, 400, 'REQUEST_INVALID'],
      ['/api/routes/r/stage', { stage: 'live', reason: 'x' }, 409, 'STAGE_STEP_ILLEGAL'],
      ['/api/routes/r/stage', { stage: 'canary', reason: 'x', force: true }, 400, 'REQUEST_INVALID'],
    ];
    for (const [path, body, status, code] of cases) {
      const answer = await facade.change('PUT', path, body);
      expect([answer.status, answer.body.code], JSON.stringify(body)).to.deep.equal([status, code]);
      expect(answer.body.remedy).to.have.length.greaterThan(10);
    }
    expect((await fetch(`${facade.admin}/nowhere`)).status).to.equal(400);
  });

  it('tells health, and metrics by route, upstream and outcome', async () => {
    await start('live');
    await read(3);
    expect((await fetch(`${facade.admin}/health/live`)).status).to.equal(200);
    expect((await fetch(`${facade.admin}/health/ready`)).status).to.equal(200);
    expect(await facade.metrics()).to.match(
      /strangler_facade_requests_total\{route="r",upstream="service",outcome="2xx",process="facade"\} 3/,
    );
    const lines = facade.log.filter(({ message }) => message === 'request');
    expect(lines).to.have.length(3);
    expect(lines[0]).to.include({
      route: 'r',
      stage: 'live',
      upstream: 'service',
      status: 200,
      method: 'GET',
      path: '/api/:id',
    });
  });
});
