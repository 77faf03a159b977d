import { expect } from 'chai';
import type { Stage } from '../../../chassis/config/schema/routes.ts';
import { ask, explained, sent } from './rig/explained.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

/** Each names some of what those before it name. */
const NESTED: [string, string][] = [
  ['everything', 'path: "/api/*"'],
  ['any', 'path: "/api/:id"'],
  ['number', 'path: "/api/:id<int>"'],
  ['seven', 'path: /api/7'],
  ['seven-here', 'path: /api/7, host: h.test'],
  ['seven-mobile', 'path: /api/7, host: h.test, headers: { x-client: mobile }'],
];
const REQUESTS = [
  ask('GET', '/api/a/b'),
  ask('GET', '/api/a'),
  ask('GET', '/api/8'),
  ask('GET', '/api/7', ['host', 'else.test']),
  ask('GET', '/api/7', ['host', 'h.test']),
  ask('GET', '/api/7', ['host', 'h.test'], ['x-client', 'mobile']),
];

describe('Which of several routes names a request', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  before(async () => {
    legacy = await startUpstream(json('legacy'));
    service = await startUpstream(json('service'));
    // Frozen, or the guard could move them too.
    const routes = NESTED.map(([id, match]) => route(id, match, 'legacy', ', onFail: freeze')).join('');
    facade = await startTestFacade(config({ legacy: legacy.url, service: service.url, routes }));
  });
  after(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  const move = async (id: string, stage: Stage, percent?: number) => {
    const body = { stage, percent, reason: 'test', force: true };
    expect((await facade.change('PUT', `/api/routes/${id}/stage`, body)).status).to.equal(200);
  };
  const named = () =>
    Promise.all(REQUESTS.map(async (request) => (await explained(facade, request)).route?.id));

  it('is the most exact one, wherever the routes stand and whatever their percents', async () => {
    const expected = NESTED.map(([id]) => id);
    expect(await named()).to.deep.equal(expected);
    const standings: [Stage, number?][] = [
      ['canary', 100],
      ['canary', 1],
      ['live'],
      ['shadow'],
      ['canary', 0],
    ];
    for (const shift of standings.keys()) {
      for (const [index, id] of expected.entries())
        await move(id, ...standings[(index + shift) % standings.length]!);
      expect(await named(), `standing ${shift}`).to.deep.equal(expected);
    }
  });

  it('alone decides who answers: a less exact one at 100 % takes nothing from it', async () => {
    for (const [id] of NESTED) await move(id, 'canary', 100);
    await move('seven', 'legacy');
    expect((await sent(facade, REQUESTS[3]!)).by).to.equal('legacy');
    await move('seven', 'canary', 0);
    expect((await sent(facade, REQUESTS[3]!)).by).to.equal('legacy');
    for (const other of [0, 1, 2, 4, 5])
      expect((await sent(facade, REQUESTS[other]!)).by).to.equal('service');
  });
});
