import { expect } from 'chai';
import type { ErrorView, GroupView, RoutesView } from '../../../facade/admin/views.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const BROKEN = ', percent: 400';
const WHY = /^line \d+: percent: found 400, expected /;

describe('A route that an edit of the config file breaks', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  const text = (...routes: string[]) =>
    config({ legacy: legacy.url, service: service.url, routes: routes.join('') });
  const a = (stage: string, rest = '') => route('a', 'path: /a/:id', stage, rest);
  const b = (stage: string, rest = '') => route('b', 'path: /b/:id', stage, rest);
  const member = (id: string, stage: string, rest = '') =>
    route(id, `path: /${id}/:id`, stage, `, group: pair${rest}`);
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    facade = await startTestFacade(text(a('legacy'), b('live'), member('c', 'live'), member('d', 'live')));
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });
  const side = async (path: string) => {
    const answer = await fetch(facade.url + path);
    await answer.text();
    return answer.headers.get('x-answered-by') ?? String(answer.status);
  };
  const quarantined = async () => (await facade.status()).quarantined.map((one) => one.route);
  /** Edits, and waits until just these are quarantined. */
  const edit = async (expected: string[], ...routes: string[]) => {
    await facade.edit(text(...routes));
    await until(async () => String(await quarantined()) === String(expected), {
      what: `[${expected}] to be quarantined`,
    });
  };
  const pair = [member('c', 'live'), member('d', 'live')] as const;
  const change = (method: 'PUT' | 'POST', path: string, body: object) =>
    facade.change(method, path, { reason: 'test', ...body });
  const code = async (asked: Promise<{ status: number; body: ErrorView }>) => {
    const { status, body } = await asked;
    return `${status} ${body.code}`;
  };

  it('keeps its last good form under load, while the rest of the edit counts, and no request fails', async () => {
    let stop = false;
    const seen = new Set<string>();
    const load = ['/a/1', '/b/1', '/b/2', '/c/1'].map(async (path) => {
      while (!stop) seen.add(`${path[1]} ${await side(path).catch((error) => String(error))}`);
    });
    for (const stage of ['live', 'legacy', 'live']) {
      await edit(['b'], a(stage), b('legacy', BROKEN), ...pair);
      await until(async () => (await facade.route('a')).stage === stage);
      await until(async () => (await side('/a/1')) === (stage === 'live' ? 'service' : 'legacy'));
    }
    stop = true;
    await Promise.all(load);
    expect([...seen].sort()).to.deep.equal(['a legacy', 'a service', 'b service', 'c service']);
  });

  it('is told in the admin API, the metrics and the log, until its entry is mended', async () => {
    const { version } = (await facade.status()).config;
    const metric = async (id: string) =>
      (await facade.metrics()).match(
        new RegExp(`strangler_route_quarantined\\{[^}]*route="${id}"[^}]*\\} (\\d)`),
      )?.[1];
    expect(await metric('b')).to.equal('0');
    await edit(['b', 'n'], a('legacy'), b('shadow', BROKEN), ...pair, route('n', 'path: /n', 'live', BROKEN));
    const { quarantined: told, routes } = await facade.read<RoutesView>('/api/routes');
    expect(told.map(({ route: id, keeps }) => [id, keeps])).to.deep.equal([
      ['b', version],
      ['n', undefined],
    ]);
    for (const { reason } of told) expect(reason).to.match(WHY);
    expect(routes.map(({ id, quarantined: why }) => [id, why === undefined])).to.deep.equal([
      ['a', true],
      ['b', false],
      ['c', true],
      ['d', true],
    ]);
    expect((await facade.route('b')).quarantined).to.match(WHY);
    expect([await metric('a'), await metric('b'), await metric('n')]).to.deep.equal(['0', '1', '1']);
    expect(await facade.metrics()).to.match(/strangler_config_valid\{[^}]*\} 1/);
    const lines = facade.log.filter(({ message }) => message === 'route quarantined');
    expect(lines.map(({ level, route: id, keeps }) => [level, id, keeps])).to.deep.equal([
      ['warn', 'b', version],
      ['warn', 'n', 'nothing'],
    ]);

    await edit([], a('legacy'), b('shadow'), ...pair);
    const mended = await facade.route('b');
    expect([mended.stage, mended.quarantined]).to.deep.equal(['shadow', undefined]);
    expect([await metric('b'), await metric('n')]).to.deep.equal(['0', undefined]);
  });

  it('and that is new is not there: its requests go to the wider route, or to legacy', async () => {
    const wide = route('wide', 'path: "/w/*"', 'live');
    const broken = [route('w', 'path: /w/:id', 'legacy', BROKEN), route('n', 'path: /n', 'live', BROKEN)];
    await edit(['w', 'n'], a('legacy'), b('live'), ...pair, wide, ...broken);
    expect([await side('/w/1'), await side('/n')]).to.deep.equal(['service', 'legacy']);
    const moves = ['rollback', 'promote'].map((act) => code(change('POST', `/api/routes/n/${act}`, {})));
    expect(await Promise.all(moves)).to.deep.equal(['409 ROUTE_QUARANTINED', '409 ROUTE_QUARANTINED']);
    await edit([], a('legacy'), b('live'), ...pair, wide, ...broken.map((one) => one.replace(BROKEN, '')));
    expect([await side('/w/1'), await side('/n')]).to.deep.equal(['legacy', 'service']);
  });

  it('can be taken back, and goes no further, by force neither', async () => {
    await edit(['b'], a('legacy'), b('shadow', BROKEN), ...pair);
    const stage = (to: object) => change('PUT', '/api/routes/b/stage', to);
    expect(await code(stage({ stage: 'retired', force: true }))).to.equal('409 ROUTE_QUARANTINED');
    expect((await stage({ stage: 'canary', percent: 0 })).body).to.include({ stage: 'canary' });
    expect(await code(stage({ stage: 'canary', percent: 10 }))).to.equal('409 ROUTE_QUARANTINED');
    expect((await change('POST', '/api/routes/b/rollback', {})).body).to.include({ stage: 'legacy' });
    expect(await side('/b/1')).to.equal('legacy');
    for (const force of [false, true])
      expect(await code(stage({ stage: 'shadow', force })), `force ${force}`).to.equal(
        '409 ROUTE_QUARANTINED',
      );
    expect(await code(change('POST', '/api/routes/b/promote', { force: true }))).to.equal(
      '409 ROUTE_QUARANTINED',
    );
    // The file says of it what it said when it was taken back.
    await edit([], a('legacy'), b('live'), ...pair);
    expect(await side('/b/1')).to.equal('legacy');
  });

  it('holds its group: back together, not forward', async () => {
    await edit(['d'], a('legacy'), b('live'), pair[0], member('d', 'live', BROKEN));
    const group = await facade.read<GroupView>('/api/groups/pair');
    expect(group.quarantined.map((one) => one.route)).to.deep.equal(['d']);
    const forward = change('PUT', '/api/groups/pair/stage', { stage: 'retired', force: true });
    expect(await code(forward)).to.equal('409 ROUTE_QUARANTINED');
    expect((await change('POST', '/api/groups/pair/rollback', {})).status).to.equal(200);
    expect([await side('/c/1'), await side('/d/1')]).to.deep.equal(['legacy', 'legacy']);
    expect(await code(change('POST', '/api/groups/pair/promote', {}))).to.equal('409 ROUTE_QUARANTINED');
  });

  it('is refused forward in its group by one that is new and broken', async () => {
    await edit(['e'], a('legacy'), b('live'), ...pair, member('e', 'live', BROKEN));
    const forward = change('PUT', '/api/groups/pair/stage', { stage: 'retired', force: true });
    expect(await code(forward)).to.equal('409 ROUTE_QUARANTINED');
    expect((await change('POST', '/api/groups/pair/rollback', {})).status).to.equal(200);
  });
});
