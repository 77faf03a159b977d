import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseConfig } from '../../chassis/config/load.ts';
import { errorsPage, errorTables } from '../../scripts/docs/errors-page.ts';
import { repoRoot } from '../support/processes.ts';
import { configKeys } from './source/config-keys.ts';
import { refuse } from './source/rule.ts';
import { KIT, repoFiles, textOf } from './source/source-files.ts';

describe('docs/reference/config.md', () => {
  const page = textOf('docs/reference/config.md');
  const rows = [...page.matchAll(/^\| `([^`]+)` \| [^|]+ \|([^|]*)\|/gm)].map(([, key, shown]) => ({
    key: key!,
    shown: /`(.+)`/.exec(shown!)?.[1],
  }));
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const env = {
    REDIS_URL: 'redis://127.0.0.1',
    LEGACY_DB_URL: 'mysql://127.0.0.1/legacy',
    CATALOG_DB_URL: 'mysql://127.0.0.1/catalog',
  };

  it('tells every key of the schema once, and no other', () => {
    expect(rows.map(({ key }) => key).sort()).to.deep.equal(configKeys());
  });

  it('has an example that is valid and shows every key', () => {
    parseConfig(example, 'config.md', env);
    const shown = new Set(keysOf(parse(example)));
    refuse(
      configKeys().filter((key) => key !== 'upstreams.NAME.url' && !shown.has(key)),
      'The example lacks:',
    );
  });

  for (const { key, shown } of rows.filter((row) => row.shown !== undefined && row.shown !== 'redis')) {
    it(`tells the default of ${key}`, () => {
      const read = (document: unknown) => parseConfig(JSON.stringify(document), 'default', {}).config;
      expect(read(withValue(key, parse(shown!)))).to.deep.equal(read(withValue(key, undefined)));
    });
  }
});

describe('docs/reference/errors.md', () => {
  it('says of every error what the tables say, and of no other', async () => {
    const page = errorsPage(await errorTables());
    expect(
      textOf('docs/reference/errors.md'),
      'run: node --conditions=source scripts/docs/write-errors.ts',
    ).to.equal(page);
  });

  it('gives each code one meaning, in capitals, and a remedy that ends as a sentence', async () => {
    const entries = (await errorTables()).flatMap(({ entries: list }) => list);
    const codes = entries.map(([code]) => code);
    const clashing = entries.filter(([code, { exit, status }]) =>
      entries.some(([other, one]) => other === code && (one.exit !== exit || one.status !== status)),
    );
    refuse(
      clashing.map(([code]) => code),
      'A code means one thing: where two tables have it, exit code and status are the same:',
    );
    refuse(
      codes.filter((code) => !/^[A-Z]+(_[A-Z]+)+$/.test(code)),
      'Codes are words in capitals:',
    );
    const unfinished = entries.filter(([, { remedy }]) => !/[.)]$/.test(remedy)).map(([code]) => code);
    refuse(unfinished, 'A remedy is a sentence that says what to do:');
  });
});

describe('ARCHITECTURE.md', () => {
  const rows = [...textOf('ARCHITECTURE.md').matchAll(/^\| (`[^|]+`) \| [^|]*\| [^|]*\| ([^|]*)\|/gm)];
  const map = rows.flatMap(([, folders, start]) =>
    namesIn(folders!).map((folder) => ({ folder, start: start! })),
  );
  const told = map.map(({ folder }) => folder.replace(/\/$/, ''));
  const files = repoFiles();
  /** A row of several folders has the file in one of them. */
  const startsSomewhere = (name: string, start: string) =>
    map.some((row) => row.start === start && existsSync(path.join(repoRoot, row.folder, name)));

  it('tells every folder at the top and every folder of the kit', () => {
    const top = files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!);
    const inKit = files
      .filter(
        (file) => (KIT as readonly string[]).includes(file.split('/')[0]!) && file.split('/').length > 2,
      )
      .map((file) => file.split('/').slice(0, 2).join('/'));
    const folders = [...new Set([...top, ...inKit])].filter((folder) => !folder.startsWith('.'));
    refuse(
      folders.filter((folder) => !told.includes(folder)),
      'The code map lacks:',
    );
  });

  it('tells no folder and no file that is not there', () => {
    refuse(
      told.filter((folder) => !existsSync(path.join(repoRoot, folder))),
      'The code map names folders that are gone:',
    );
    const gone = map.flatMap(({ start }) => namesIn(start).filter((name) => !startsSomewhere(name, start)));
    refuse(gone, 'The code map names files that are gone:');
  });
});

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** The smallest document in which a key can stand, with a value for it. */
function withValue(key: string, value: unknown): unknown {
  const document: Record<string, unknown> = {
    upstreams: { legacy: { url: 'http://127.0.0.1' }, NAME: { url: 'http://127.0.0.1' } },
    legacy: 'legacy',
    routes: [{ id: 'a', match: { path: '/a' }, service: 'NAME', stage: 'legacy' }],
    data: {
      NAME: { source: { url: 'mysql://a', tables: ['t'] }, target: { url: 'mysql://b' }, mapping: 'm' },
    },
  };
  if (key.startsWith('store.') && key !== 'store.kind') document.store = { kind: 'redis', url: 'redis://a' };
  if (key.startsWith('sidecar.')) document.sidecar = { service: 'a', app: 'http://127.0.0.1' };
  if (key.startsWith('upstreams.NAME.health.'))
    document.upstreams = {
      ...(document.upstreams as object),
      NAME: { url: 'http://127.0.0.1', health: { path: '/' } },
    };
  addBases(document, key);
  if (value === undefined) return document;
  const names = key.replace('[]', '.0').split('.');
  let place = document as Record<string, Record<string, unknown>>;
  for (const name of names.slice(0, -1)) {
    place[name] ??= {};
    place = place[name] as typeof place;
  }
  (place as Record<string, unknown>)[names.at(-1)!] = value;
  return document;
}

/** What must be there so that a key of the gateway's duties can be. */
function addBases(document: Record<string, unknown>, key: string): void {
  const bases = {
    rateLimit: { requests: 1, per: '1s' },
    cors: { origins: [] },
  };
  const [, inner] = /\.(rateLimit|cors)\./.exec(key) ?? [];
  const base = inner === undefined ? {} : { [inner]: bases[inner as keyof typeof bases] };
  if (key.startsWith('auth.'))
    document.auth = {
      jwt: { issuer: 'a', audience: 'b', jwks: 'https://a' },
      apiKeys: { keys: [{ name: 'a', sha256: '0'.repeat(64) }] },
    };
  if (key.startsWith('facade.')) document.facade = base;
  if (key.startsWith('routes[].')) Object.assign((document.routes as object[])[0]!, base);
  if (key.startsWith('aggregate[].')) {
    const parts = { NAME: { upstream: 'NAME', path: '/' } };
    document.aggregate = [{ id: 'b', match: { path: '/b' }, parts, ...base }];
  }
}

/** The keys of a document as the reference writes them. */
/** Where the keys are names of the user's own. */
const NAMED = [
  'upstreams',
  'upstreams.NAME.rewrite.cookieDomain',
  'upstreams.NAME.rewrite.cookiePath',
  'data',
  'schema',
  'routes[].match.headers',
  'routes[].match.query',
  'aggregate[].parts',
];

function keysOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) {
    const inner = value.flatMap((one) => keysOf(one, `${at}[]`));
    return inner.every((key) => key === `${at}[]`) ? [at] : inner;
  }
  if (typeof value !== 'object' || value === null) return [at];
  const named = NAMED.includes(at);
  return Object.entries(value).flatMap(([key, one]) =>
    keysOf(one, at === '' ? key : `${at}.${named ? 'NAME' : key}`),
  );
}
