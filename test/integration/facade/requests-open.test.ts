import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { forEachForwarder } from './rig/forwarders.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const ROUTES = route('items', 'path: /api/:id', 'shadow');

forEachForwarder('Requests under way', () => {
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  const held: ServerResponse[] = [];
  beforeEach(async () => {
    held.length = 0;
    legacy = await startUpstream((request, response) => {
      if (request.url === '/hold') held.push(response);
      else json('legacy')(request, response);
    });
    service = await startUpstream(json('service'));
    const text = config({ legacy: legacy.url, service: service.url, routes: ROUTES });
    facade = await startTestFacade(text);
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  const open = async () =>
    Number(/^strangler_facade_requests_open\S* (\d+)$/m.exec(await facade.metrics())?.[1]);
  const opens = (count: number) =>
    until(async () => (await open()) === count, { what: `${count} to be open` });
  const hold = (signal?: AbortSignal) => fetch(`${facade.url}/hold`, { signal: signal ?? null });

  it('are counted until their answers have ended, or their clients are gone', async () => {
    expect(await open()).to.equal(0);
    const answered = hold();
    await opens(1);
    const client = new AbortController();
    const given = hold(client.signal).catch(() => 'gone');
    await opens(2);
    client.abort();
    expect(await given).to.equal('gone');
    await opens(1);
    await until(() => held.length === 2, { what: 'both to be held' });
    held[0]!.write('begun');
    const { body } = await answered;
    expect(await open()).to.equal(1);
    held[0]!.end();
    await new Response(body).text();
    await opens(0);
  });

  it('keep no comparison from being made when they last', async () => {
    const lasting = hold().catch(() => {});
    await opens(1);
    for (let count = 0; count < 20; count += 1) await (await fetch(`${facade.url}/api/1`)).text();
    await until(async () => (await facade.evidence('items')).summary.outcomes['match-bytes'] === 20, {
      what: '20 comparisons',
    });
    held[0]!.end();
    await lasting;
  });
});
