import { expect } from 'chai';
import type { GroupView, RoutesView } from '../../../facade/admin/views.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const QUICK =
  ', gate: { minimum: 1ms, mismatch: 20%, latency: 100x }, compare: { maxLag: 0ms }, shadow: { concurrency: 100 }';

const KEY = ', key: [header x-user]';

describe('Routes of one group', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const text = (stage: string, rest = '', more = '') => {
    const member = (id: string) =>
      route(id, `path: "/${id}/*"`, stage, `, group: checkout${KEY}${QUICK}${rest}`);
    const routes = member('cart') + member('payment') + route('alone', 'path: "/alone/*"', 'shadow', QUICK);
    return config({ legacy: legacy.url, service: service.url, routes: routes + more });
  };
  const start = async (stage: string, rest = '') => {
    facade = await startTestFacade(text(stage, rest));
  };
  const side = async (path: string, user: string) => {
    const answer = await fetch(facade.url + path, { headers: { 'x-user': user } });
    await answer.text();
    return answer.headers.get('x-answered-by');
  };
  const change = async (method: 'PUT' | 'POST', action: string, body: object = {}) => {
    const answer = await facade.change(method, `/api/groups/checkout/${action}`, { reason: 'test', ...body });
    const { routes = [] } = answer.body as unknown as Partial<GroupView>;
    return {
      ...answer,
      stages: routes.map(({ id, stage, percent }) => `${id} ${stage} ${percent}`),
    };
  };
  const read = async (id: string, times: number) => {
    for (let n = 0; n < times; n += 1) await side(`/${id}/${n}`, `u${n}`);
    const enough = async () => (await facade.evidence(id)).summary.compared >= times;
    await until(enough, { what: `${times} comparisons of ${id}` });
  };

  it('show one user one side of all of them', async () => {
    await start('canary', ', percent: 50');
    const sides = new Set<string | null>();
    for (let n = 0; n < 40; n += 1) {
      const cart = await side('/cart/1', `u${n}`);
      expect(await side('/payment/1', `u${n}`), `u${n}`).to.equal(cart);
      sides.add(cart);
    }
    expect([...sides].sort()).to.deep.equal(['legacy', 'service']);
  });

  it('move together, past the gate of each: the weakest decides', async () => {
    await start('legacy', ', steps: [20, 60]');
    expect((await change('POST', 'promote')).stages).to.deep.equal(['cart shadow 0', 'payment shadow 0']);
    await read('cart', 60);
    const early = await change('POST', 'promote');
    expect([early.status, early.body.code]).to.deep.equal([409, 'GATE_NOT_PASSED']);
    expect(early.body.message).to.match(/gate of route payment says inconclusive/);
    await read('payment', 60);
    expect((await change('POST', 'promote')).stages).to.deep.equal(['cart canary 20', 'payment canary 20']);
    expect((await change('POST', 'promote')).body.code, 'no evidence at 20 % yet').to.equal(
      'GATE_NOT_PASSED',
    );
    const forced = { force: true };
    expect((await change('POST', 'promote', forced)).stages).to.deep.equal([
      'cart canary 60',
      'payment canary 60',
    ]);
    expect((await change('POST', 'promote', forced)).stages).to.deep.equal(['cart live 0', 'payment live 0']);
    expect((await change('POST', 'rollback')).stages).to.deep.equal(['cart legacy 0', 'payment legacy 0']);
    expect(await side('/payment/1', 'u1')).to.equal('legacy');
  });

  it('are set together, and not one by one', async () => {
    await start('shadow');
    const live = await change('PUT', 'stage', { stage: 'live', force: true });
    expect(live.stages).to.deep.equal(['cart live 0', 'payment live 0']);
    for (const [method, action, body] of [
      ['PUT', 'stage', { stage: 'shadow', force: true }],
      ['POST', 'promote', { force: true }],
      ['POST', 'rollback', {}],
    ] as const) {
      const one = await facade.change(method, `/api/routes/cart/${action}`, { reason: 'test', ...body });
      expect([one.status, one.body.code], action).to.deep.equal([409, 'ROUTE_IN_GROUP']);
      expect(one.body.remedy).to.include('--group');
    }
    expect((await facade.route('payment')).stage).to.equal('live');
    const unknown = await facade.change('POST', '/api/groups/none/rollback', { reason: 'test' });
    expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'GROUP_UNKNOWN']);
  });

  it('are taken back together when one of them fails', async () => {
    await start('live');
    service.answer((request, response) => {
      response.statusCode = request.url?.startsWith('/payment') ? 500 : 200;
      response.end();
    });
    for (let n = 0; n < 40; n += 1) await side(`/payment/${n}`, `u${n}`);
    await until(async () => (await facade.route('payment')).stage === 'legacy', { what: 'the guard' });
    const cart = await facade.route('cart');
    expect(cart.stage).to.equal('legacy');
    expect(cart.toggle).to.include({ actor: 'guard' });
    expect(cart.toggle!.reason).to.match(/^with payment of its group: errors:/);
    expect((await facade.route('alone')).stage).to.equal('shadow');
  });

  describe('when one joins that stands elsewhere', () => {
    const STEPS = ', steps: [10, 50], onFail: step-down';
    const stages = async () =>
      (await facade.read<RoutesView>('/api/routes')).routes.map(
        ({ id, stage, percent }) => `${id} ${stage} ${percent}`,
      );
    const join = async (id: string) => {
      const member = route(id, `path: "/${id}/*"`, 'shadow', `, group: checkout${KEY}${QUICK}${STEPS}`);
      await facade.edit(text('shadow', STEPS, member));
      await until(async () => (await stages()).length === 4, { what: 'the edit' });
    };

    it('say that they are divided, until they are set together', async () => {
      await start('shadow', STEPS);
      const divided = async () => [
        (await facade.read<RoutesView>('/api/routes')).divided,
        (await facade.status()).divided,
        (await facade.read<GroupView>('/api/groups/checkout')).divided,
      ];
      await change('PUT', 'stage', { stage: 'canary', percent: 50, force: true });
      expect(await divided()).to.deep.equal([[], [], false]);
      await join('refund');
      expect(await divided()).to.deep.equal([['checkout'], ['checkout'], true]);
      const warned = facade.log.find(({ message }) => message === 'groups stand divided');
      expect(warned).to.deep.include({ level: 'warn', groups: ['checkout'] });
      await change('PUT', 'stage', { stage: 'canary', percent: 50, force: true });
      expect(await divided()).to.deep.equal([[], [], false]);
    });

    it('it does not go further when the guard takes the others a step back', async () => {
      await start('shadow', STEPS);
      await change('PUT', 'stage', { stage: 'canary', percent: 100, force: true });
      await join('refund');
      service.answer((_request, response) => {
        response.statusCode = 500;
        response.end();
      });
      for (let n = 0; n < 40; n += 1) await side(`/cart/${n}`, `u${n}`);
      await until(async () => !(await stages())[0]!.endsWith(' 100'), { what: 'the guard' });
      expect(await stages()).to.include.members(['cart canary 50', 'payment canary 50', 'refund shadow 0']);
    });
  });
});
