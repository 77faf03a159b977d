import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const EDITS = 6;
const KEY = 'k-1';
const PIECE = Buffer.alloc(16_384, 'x');
const PIECES = 8;

/** One answer as a client saw it. */
interface Seen {
  kind: Kind;
  status: number;
  body: string;
}

/** What a client does over and over. `gated`: with a credential and a limit, which are asked before it goes on. */
type Kind = 'plain' | 'gated' | 'upload' | 'aggregate' | 'unrouted';
const KINDS: Kind[] = ['plain', 'gated', 'upload', 'aggregate', 'unrouted'];

/** Each set of upstreams belongs to one config: an answer tells by its letter which one it came from. */
const SETS = ['A', 'B'] as const;
type Letter = (typeof SETS)[number];

describe('Versions that change by edits and by toggles, under load', function () {
  this.timeout(60_000);
  let upstreams: TestUpstream[];
  let texts: Record<Letter, string>;
  let facade: TestFacade;

  before(async () => {
    const started = SETS.map(async (set) => {
      const side = (name: string) =>
        startUpstream((asked, response) => {
          let bytes = 0;
          asked.on('data', (piece: Buffer) => (bytes += piece.length));
          asked.on('end', () => json(name, () => ({ set, by: name, bytes }))(asked, response));
        });
      return [await side('legacy'), await side('service')] as const;
    });
    const [a, b] = await Promise.all(started);
    upstreams = [a!, b!].flat();
    texts = { A: textOf(a!), B: textOf(b!) };
    facade = await startTestFacade(texts.A);
  });
  after(async () => {
    await facade?.close();
    for (const upstream of upstreams) await upstream.close();
  });

  const inForce = async () => (await facade.status()).config.version;
  const flip = async (count: number) => {
    const stage = count % 2 === 0 ? 'live' : 'legacy';
    for (const id of ['plain', 'gated', 'upload']) {
      const body = { stage, reason: 'flip', force: true };
      expect((await facade.change('PUT', `/api/routes/${id}/stage`, body)).status).to.equal(200);
    }
  };

  it('fails no request, and answers each from exactly one of them', async () => {
    const agent = new Agent({ keepAlive: true });
    const seen = new Map<string, Seen>();
    let stop = false;
    const clients = [...KINDS, ...KINDS].map(async (kind) => {
      while (!stop) {
        const id = randomUUID();
        seen.set(id, await ask(agent, facade.url, id, kind));
      }
    });
    const letters = new Map([[await inForce(), 'A']]);
    let flips = 0;
    try {
      for (let edit = 1; edit <= EDITS; edit += 1) {
        const letter = SETS[edit % 2]!;
        const before = await inForce();
        await facade.edit(texts[letter]);
        for (; (await inForce()) === before; flips += 1) await flip(flips);
        letters.set(await inForce(), letter);
      }
    } finally {
      stop = true;
      await Promise.all(clients);
    }
    agent.destroy();

    const line = (id: string) =>
      facade.log.find(({ message, requestId }) => message === 'request' && requestId === id);
    const versions = new Set<unknown>();
    const lines = new Map(facade.log.map((one) => [one.requestId, one]));
    for (const [id, { kind, status, body }] of seen) {
      const told = lines.get(id) ?? (await until(() => line(id), { what: `the line of ${id}` }));
      const what = `${kind} ${JSON.stringify(told)} ${body}`;
      expect(status, what).to.equal(200);
      const [version, revision] = String(told.version).split('+');
      const set = letters.get(version!);
      for (const one of partsOf(kind, body)) {
        expect(one.set, what).to.equal(set);
        if (kind === 'upload') expect(one.bytes, what).to.equal(PIECE.length * PIECES);
        if (kind !== 'aggregate') expect(one.by, what).to.equal(told.upstream);
      }
      if (['plain', 'gated', 'upload'].includes(kind))
        expect(told.upstream, what).to.equal(Number(revision ?? 0) % 2 === 1 ? 'service' : 'legacy');
      versions.add(told.version);
    }
    expect(versions.size, 'versions that answered').to.be.greaterThan(20);
    for (const upstream of upstreams) expect(upstream.received.length).to.be.greaterThan(20);
    for (const kind of KINDS)
      expect(
        [...seen.values()].some((one) => one.kind === kind),
        kind,
      ).to.equal(true);
  });
});

/** The config over one set of upstreams. */
function textOf([legacy, service]: readonly [TestUpstream, TestUpstream]): string {
  const digest = createHash('sha256').update(KEY).digest('hex');
  const order = 'order: { upstream: legacy, path: "/o/:id", required: true, timeout: 10s }';
  const product = 'product: { upstream: service, path: "/p/{order.by}", required: true, timeout: 10s }';
  return config({
    legacy: legacy.url,
    service: service.url,
    routes:
      route('plain', 'path: "/plain/:id"', 'legacy') +
      route('gated', 'path: "/gated/:id"', 'legacy', GATED) +
      route('upload', 'methods: [POST], path: "/upload/:id"', 'legacy'),
    extra: `auth: { apiKeys: { keys: [{ name: partner, sha256: ${digest} }] } }
aggregate:
  - { id: page, match: { path: "/aggregate/:id" }, deadline: 20s, parts: { ${order}, ${product} } }
`,
  }).replace('timeout: 500ms', 'timeout: 8s');
}

const GATED = ', auth: [apiKey], rateLimit: { requests: 1000000, per: 1m }';

/** What upstreams said in an answer. */
function partsOf(kind: Kind, body: string): { set: Letter; by: string; bytes: number }[] {
  const read = JSON.parse(body);
  return kind === 'aggregate' ? [read.order, read.product] : [read];
}

function ask(agent: Agent, url: string, id: string, kind: Kind): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-request-id': id, 'x-api-key': KEY };
    const method = kind === 'upload' ? 'POST' : 'GET';
    const sent = request(`${url}/${kind}/1`, { agent, method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('error', reject);
      answer.on('end', () => resolve({ kind, status: answer.statusCode!, body }));
    });
    sent.on('error', reject);
    if (kind !== 'upload') return void sent.end();
    const write = (left: number) => {
      if (left === 0) return void sent.end();
      sent.write(PIECE, () => setImmediate(write, left - 1));
    };
    write(PIECES);
  });
}
