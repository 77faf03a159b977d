import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadConfig, parseConfig } from '../../../../chassis/config/load.ts';
import { KitError } from '../../../../chassis/errors.ts';

const SMALLEST = 'upstreams: { legacy: { url: "http://127.0.0.1:3000" } }\nlegacy: legacy\n';

/** The sample of the kit's design, as users type it. */
const SAMPLE = `facade:
  listen: 127.0.0.1:8080
  admin: 127.0.0.1:8081          # dashboard, admin API, /metrics; a token guards whatever changes something
worker: { admin: 127.0.0.1:8082 } # progress, pause, verify, cutover of the data groups
store: { kind: redis, url: \${REDIS_URL} }
upstreams:
  legacy:  { url: "http://127.0.0.1:3000" }
  catalog: { service: catalog }  # by discovery; or a url, or a list of urls
legacy: legacy                   # where everything goes that no route names
routes:
  - id: products-read
    match: { methods: [GET], path: /api/products/:id }
    service: catalog
    stage: shadow                # the toggle: legacy | shadow | canary | live | retired
    percent: 0                   # of keys that go to the service while in canary
    key: [header x-user-id, cookie sid, ip]
    shadow:  { sample: 1, timeout: 2s }
    compare: { ignore: [ { path: "$.generatedAt", reason: "clock", until: 2027-01-01 } ], unordered: [ { path: "$.items", by: id } ] }
    gate:    { mismatch: 1%, minimum: 30m, latency: 1.2x, errors: 0.5%, data: catalog }
    onFail: rollback             # or step-down, or freeze
data:
  catalog:
    source: { url: \${LEGACY_DB_URL}, tables: [tbl_prod, tbl_cat] }
    target: { url: \${CATALOG_DB_URL} }
    mapping: ../../acl/demo/catalog.ts
`;
/** A variable of the environment as the config names it. */
const $ = (inner: string) => `\${${inner}}`;
const ENV = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  LEGACY_DB_URL: 'mysql://reader:pw@127.0.0.1:3306/legacy',
  CATALOG_DB_URL: 'mysql://catalog:pw@127.0.0.1:3306/catalog',
};

describe('a config', () => {
  it('is read as the design writes it', () => {
    const { config } = parseConfig(SAMPLE, 'strangler.yaml', ENV);
    expect(config.store).to.deep.equal({ kind: 'redis', url: ENV.REDIS_URL, prefix: 'strangler' });
    expect(config.upstreams.catalog?.where).to.deep.equal({
      kind: 'discovery',
      service: 'redis:catalog',
      lookup: { registry: 'redis', name: 'catalog' },
    });
    expect(config.data.catalog?.source).to.deep.equal({
      url: ENV.LEGACY_DB_URL,
      tables: ['tbl_prod', 'tbl_cat'],
    });
    const [route] = config.routes;
    expect(route?.gate).to.deep.equal({
      mismatch: 0.01,
      minimum: 1_800_000,
      latency: 1.2,
      errors: 0.005,
      data: 'catalog',
    });
    expect(route?.key).to.deep.equal([
      { kind: 'header', name: 'x-user-id' },
      { kind: 'cookie', name: 'sid' },
      { kind: 'ip' },
    ]);
    expect(route?.compare.ignore).to.deep.equal([
      { path: '$.generatedAt', reason: 'clock', until: '2027-01-01' },
    ]);
  });

  it('needs only upstreams and legacy', () => {
    const { config } = parseConfig(SMALLEST, 'strangler.yaml', {});
    expect(config.facade).to.deep.include({
      listen: { host: '127.0.0.1', port: 8080 },
      drain: 10_000,
      accessLog: true,
      trustProxy: [],
    });
    expect(config.worker.admin).to.deep.equal({ host: '127.0.0.1', port: 8082 });
    expect(config.store).to.deep.equal({ kind: 'memory' });
    expect([config.routes, config.data, config.schema]).to.deep.equal([[], {}, {}]);
    expect(config.upstreams.legacy?.breaker).to.deep.equal({
      failures: 50,
      minimum: 20,
      window: 10_000,
      reset: 10_000,
    });
  });

  it('gives a route its defaults', () => {
    const text = `${SMALLEST}routes: [ { id: a, match: { path: /a }, service: legacy, stage: legacy } ]\n`;
    const [route] = parseConfig(text, 'strangler.yaml', {}).config.routes;
    expect(route).to.deep.include({
      match: { methods: ['GET', 'HEAD'], path: '/a' },
      percent: 0,
      key: [{ kind: 'ip' }],
      timeout: 30_000,
      onFail: 'rollback',
      shadow: { sample: 1, timeout: 2_000, concurrency: 32, maxBody: 1_048_576 },
    });
  });

  it('takes the environment, and a default where it has none', () => {
    const text = SMALLEST.replace('http://127.0.0.1:3000', $('HOST_URL:-http://fallback:1'));
    const urlWith = (env: Record<string, string>) =>
      parseConfig(text, 'f', env).config.upstreams.legacy?.where;
    expect(urlWith({})).to.deep.equal({ kind: 'static', urls: ['http://fallback:1'] });
    expect(urlWith({ HOST_URL: 'http://given:2' })).to.deep.equal({
      kind: 'static',
      urls: ['http://given:2'],
    });
  });

  it('takes numbers and switches from the environment too', () => {
    const text = `${SMALLEST}facade: { accessLog: \${LOG} }\nroutes: [ { id: a, match: { path: /a }, service: legacy, stage: canary, percent: \${SHARE} } ]\n`;
    const { config } = parseConfig(text, 'f', { LOG: 'false', SHARE: '12.5' });
    expect([config.facade.accessLog, config.routes[0]?.percent]).to.deep.equal([false, 12.5]);
  });

  it('keeps what a variable holds in one value, whatever characters it has', () => {
    const awkward = 'a, b # c: {d} [e] & * ! | > "f" %g \'h\'';
    for (const quote of ['', '"', "'"]) {
      const directory = `${quote}${$('FOLDER')}${quote}`;
      const text = `${SMALLEST}schema: { s: { url: mysql://db/s, directory: ${directory} } }\n`;
      const { config } = parseConfig(text, 'f', { FOLDER: awkward });
      expect(config.schema.s?.directory, `quoted by ${quote || 'nothing'}`).to.equal(awkward);
    }
  });

  it('cannot be changed', () => {
    const { config } = parseConfig(SAMPLE, 'strangler.yaml', ENV);
    expect(() => Object.assign(config.routes[0]!, { stage: 'live' })).to.throw(TypeError);
    expect(() => (config.routes[0]!.compare.ignore as unknown[]).push(1)).to.throw(TypeError);
  });

  it('has a version that tells its text and its variables apart, and nothing else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'config-'));
    try {
      const file = path.join(folder, 'strangler.yaml');
      await writeFile(file, SAMPLE);
      const first = await loadConfig(file, ENV);
      const again = await loadConfig(file, { ...ENV, OTHER: 'x' });
      const other = await loadConfig(file, { ...ENV, REDIS_URL: 'redis://elsewhere' });
      expect(first).to.deep.include({ file, directory: folder });
      expect(first.version)
        .to.match(/^[0-9a-f]{12}$/)
        .and.equal(again.version);
      expect(other.version).to.not.equal(first.version);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that is not there is told by name', async () => {
    const error = await loadConfig('/nowhere/strangler.yaml', {}).catch((found) => found);
    expect(error).to.be.instanceOf(KitError);
    expect(error.code).to.equal('CONFIG_UNREADABLE');
    expect(error.message).to.include('/nowhere/strangler.yaml').and.include('ENOENT');
    expect(error.remedy).to.include('--config');
  });
});
