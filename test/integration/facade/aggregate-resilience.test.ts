import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('Parts of aggregates', () => {
  let legacy: TestUpstream;
  let one: TestUpstream;
  let other: TestUpstream;
  let facade: TestFacade;

  beforeEach(async () => {
    [legacy, one, other] = [
      await startUpstream(json('legacy')),
      await startUpstream(json('one')),
      await startUpstream(json('other')),
    ];
  });
  afterEach(async () => {
    await facade.close();
    for (const upstream of [legacy, one, other]) await upstream.close();
  });

  const start = async (settings: string) => {
    facade = await startTestFacade(`
facade: { listen: "127.0.0.1:0", admin: "127.0.0.1:0", drain: 200ms }
worker: { admin: "127.0.0.1:9" }
upstreams:
  legacy: { url: "${legacy.url}" }
  service: { urls: ["${one.url}", "${other.url}"], slowStart: 0s, ${settings} }
legacy: legacy
routes: []
aggregate:
  - { id: page, match: { path: "/page/:id" }, parts: { a: { upstream: service, path: "/api/:id" } } }
`);
  };
  const part = async (): Promise<string> =>
    ((await (await fetch(`${facade.url}/page/1`)).json()) as { parts: { a: string } }).parts.a;
  const parts = async (count: number) => {
    const outcomes: string[] = [];
    for (let index = 0; index < count; index += 1) outcomes.push(await part());
    return outcomes;
  };
  const service = async () => (await facade.status()).upstreams.find(({ name }) => name === 'service')!;
  const dead = async () => (await service()).instances.find(({ url }) => url === other.url)!.state.kind;

  it('are asked of another instance when one is dead, which is ejected for it', async () => {
    await start('ejection: { failures: 3 }');
    await other.close();
    expect(new Set(await parts(30))).to.deep.equal(new Set(['ok']));
    expect(await dead()).to.equal('ejected');
    expect(one.received.filter(({ headers }) => headers['x-retry-attempt'] === '1')).to.have.length(3);
    expect(await facade.metrics()).to.match(/^strangler_upstream_retries_total\{[^}]*"service"[^}]*\} 3$/m);
  });

  it('are not asked twice where the upstream allows no retries', async () => {
    await start('retries: 0, ejection: { failures: 3 }');
    await other.close();
    const outcomes = await parts(30);
    expect(outcomes.filter((outcome) => outcome === 'unreachable')).to.have.length(3);
    expect(outcomes.filter((outcome) => outcome === 'ok')).to.have.length(27);
  });

  it('count 503 as what it is: the instance is ejected, and then the breaker opens', async () => {
    const settings =
      'ejection: { failures: 3 }, breaker: { minimum: 5, failures: 60, window: 9s, reset: 1m }';
    await start(settings);
    other.answer((_request, response) => response.writeHead(503).end());
    expect(new Set(await parts(20))).to.deep.equal(new Set(['ok', 'bad-status']));
    expect(await dead()).to.equal('ejected');
    one.answer((_request, response) => response.writeHead(503).end());
    await until(async () => (await part()) === 'busy', { what: 'the breaker to open' });
    expect((await service()).breakers.map(({ state }) => state)).to.deep.equal(['open']);
  });

  it('are asked as the upstream wants to be asked', async () => {
    await start('rewrite: { path: { strip: /api, add: /v2 }, host: shop.example }');
    expect(await part()).to.equal('ok');
    const [asked] = [...one.received, ...other.received];
    expect([asked!.url, asked!.headers.host]).to.deep.equal(['/v2/1', 'shop.example']);
  });

  it('count as what an instance has under way, and hold no place of the clients', async () => {
    await start('concurrency: 1');
    const ends: (() => void)[] = [];
    for (const upstream of [one, other])
      upstream.answer((request, response) => ends.push(() => json('late')(request, response)));
    const answers = [part(), part(), part()];
    await until(() => ends.length === 3);
    const inflight = async () => (await service()).instances.map((instance) => instance.inflight).sort();
    expect(await inflight()).to.deep.equal([1, 2]);
    for (const end of ends) end();
    expect(await Promise.all(answers)).to.deep.equal(['ok', 'ok', 'ok']);
    await until(async () => (await inflight()).join() === '0,0');
  });
});
