import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { AuditDraft } from '../../../facade/audit/entry.ts';
import { openStores } from '../../../facade/stores.ts';
import type { ToggleStore } from '../../../facade/toggles/toggle-store.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const FLIPS = 10_000;
const CLIENTS = 8;

/** One answer as a client saw it. */
interface Seen {
  status: number;
  header: string;
  body: string;
}

describe('A route flipped 10,000 times under load', function () {
  this.timeout(120_000);
  let legacy: TestUpstream;
  let service: TestUpstream;
  let facade: TestFacade;
  let toggles: ToggleStore;
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy', () => ({ by: 'legacy' })));
    service = await startUpstream(json('service', () => ({ by: 'service' })));
    const text = config({
      legacy: legacy.url,
      service: service.url,
      routes: route('r', 'methods: [GET, POST], path: /api/:id', 'legacy'),
    });
    facade = await startTestFacade(text, {
      open: async (...args) => {
        const stores = await openStores(...args);
        ({ toggles } = stores);
        return stores;
      },
    });
  });
  afterEach(async () => {
    await facade.close();
    await legacy.close();
    await service.close();
  });

  const flip = async (count: number) => {
    const to = { stage: count % 2 === 1 ? 'live' : 'legacy', percent: 0 } as const;
    const said = { actor: 'test', reason: 'flip' };
    const at = Date.now();
    const toggle = { ...{ route: 'r', ...to, ...said, at }, ...{ basedOn: LEGACY, revision: count } };
    const entry: AuditDraft = {
      ...{ route: 'r', at, ...said, from: LEGACY, to, forced: true, configVersion: '' },
      ...{ role: 'admin', action: 'set' },
    };
    return toggles.set(toggle, count - 1, entry);
  };

  it('fails no request, and answers each from exactly one version', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const seen = new Map<string, Seen>();
    let stop = false;
    const clients = Array.from({ length: CLIENTS }, async (_, index) => {
      while (!stop) {
        const id = randomUUID();
        seen.set(id, await ask(agent, facade.url, id, index % 4 === 0 ? 'POST' : 'GET'));
      }
    });
    for (let count = 1; count <= FLIPS; count += 1) {
      expect(await flip(count)).to.equal('written');
      // Each flip is in force for at least one turn of the event loop.
      await turn();
    }
    stop = true;
    await Promise.all(clients);
    agent.destroy();

    expect((await toggles.all()).get('r')?.revision).to.equal(FLIPS);
    const lines = new Map(facade.log.map((line) => [line.requestId, line]));
    const versions = new Set<unknown>();
    for (const [id, { status, header, body }] of seen) {
      const line = lines.get(id)!;
      const revision = Number(String(line.version).split('+')[1] ?? 0);
      const expected = revision % 2 === 1 ? 'service' : 'legacy';
      expect([status, header, body, line.upstream]).to.deep.equal([
        ...[200, expected, JSON.stringify({ by: expected }), expected],
      ]);
      versions.add(line.version);
    }
    expect(seen.size).to.equal(legacy.received.length + service.received.length);
    expect(versions.size, 'versions that answered').to.be.greaterThan(100);
    expect(Math.min(legacy.received.length, service.received.length)).to.be.greaterThan(100);
  });
});

const LEGACY = { stage: 'legacy', percent: 0 } as const;

function ask(agent: Agent, url: string, id: string, method: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/1`, { agent, method, headers: { 'x-request-id': id } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, header: String(answer.headers['x-answered-by']), body }),
      );
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{"some":"body"}' : undefined);
  });
}
