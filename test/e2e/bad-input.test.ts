import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../scripts/services/free-port.ts';
import { startProcess } from '../support/processes.ts';
import { createDatabase, createUser, redisUrl, type TestDatabase } from '../support/services.ts';

/** What a user sees of one run of `strangler`. */
interface Seen {
  code: number | string;
  text: string;
}

describe('bad input, as the user of the command meets it', function () {
  this.timeout(60_000);
  let folder: string;
  let database: TestDatabase;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-bad-input-'));
    database = await createDatabase('bad_input');
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function strangler(yaml: string, ...args: string[]): Promise<Seen> {
    const file = path.join(folder, 'strangler.yaml');
    await writeFile(file, yaml);
    const run = startProcess('cli/main.ts', [...args, '--config', file]);
    const code = await run.ended;
    return { code, text: run.output() };
  }

  /** A config with one data group and one schema, on the given database URLs. */
  function withData(source: string, target = database.url): string {
    return `
upstreams: { legacy: { url: "http://127.0.0.1:1" } }
legacy: legacy
store: { kind: redis, url: "${redisUrl()}" }
data:
  shop:
    source: { url: "${source}", tables: [things] }
    target: { url: "${target}" }
    mapping: mapping.ts
schema:
  shop: { url: "${source}", directory: schema }
`;
  }

  it('names every problem of a config at once, with its line, and ends with 2', async () => {
    const { code, text } = await strangler(
      `
facade: { listen: 127.0.0.1:99999, lisen: x }
upstreams: { legacy: { url: "ftp://shop" } }
legacy: legcy
routes:
  - { id: a, match: { path: /a }, service: nowhere, stage: shadw }
  - { id: a, match: { path: /b, methods: GET }, service: legacy, stage: legacy, percent: "10" }
`,
      'check',
    );
    expect(code, text).to.equal(2);
    for (const problem of [
      /:2:\d+ .*facade\.listen/,
      /:2:\d+ .*facade\.lisen: found the unknown key "lisen"/,
      /:3:\d+ .*upstreams\.legacy\.url: found "ftp:\/\/shop", expected a URL starting with http/,
      /:4:\d+ .*legacy: found "legcy", expected the name of an upstream \(legacy\)/,
      /:6:\d+ .*routes\[0\]\.service: found "nowhere"/,
      /:6:\d+ .*routes\[0\]\.stage: found "shadw", expected one of legacy, shadow, canary, live, retired/,
      /:7:\d+ .*routes\[1\]\.id: found the id "a" a second time/,
      /:7:\d+ .*routes\[1\]\.match\.methods/,
      /:7:\d+ .*routes\[1\]\.percent: found "10"/,
    ]) {
      expect(text).to.match(problem);
    }
    expect(text).to.match(/strangler check/);
  });

  it('says where YAML is broken, and ends with 2', async () => {
    const { code, text } = await strangler(
      'upstreams:\n  legacy: { url: "http://x"\nlegacy: legacy\n',
      'check',
    );
    expect(code).to.equal(2);
    expect(text).to.match(/CONFIG_INVALID: .*\n.*strangler\.yaml:\d+:\d+ {2}found broken YAML/);
  });

  it('refuses to start a facade or a worker with an invalid config, with the same words', async () => {
    for (const process of ['facade', 'worker']) {
      const { code, text } = await strangler('legacy: x\n', process);
      expect(code, text).to.equal(2);
      expect(text).to.match(/CONFIG_INVALID/);
      expect(text).to.not.match(/\n\s+at /);
    }
  });

  it('names a file that is not there, and how to make one', async () => {
    const run = startProcess('cli/main.ts', ['check', '--config', path.join(folder, 'absent.yaml')]);
    expect(await run.ended).to.equal(2);
    expect(run.output())
      .to.match(/absent\.yaml cannot be read .*ENOENT/)
      .and.to.match(/strangler init/);
  });

  it('tells an unreachable database from a wrong password and from an unknown database, without the password', async () => {
    const user = await createUser('bad_input', [`ALL PRIVILEGES ON \`${database.name}\`.*`]);
    const closed = new URL(database.url);
    closed.port = String(await freePort());
    const wrong = new URL(user.url(database.name));
    wrong.password = 'not-the-password';
    const cases: [string, RegExp][] = [
      [
        closed.href,
        /DATABASE_UNREACHABLE: Database mysql:\/\/\S+:\*\*\*@127\.0\.0\.1:\d+\S* does not answer/,
      ],
      [wrong.href, /DATABASE_ACCESS_DENIED: Database \S+ refuses this user or password/],
      [
        user.url('no_such_database'),
        /DATABASE_UNKNOWN: Database \S+ does not exist, or this user may not see it/,
      ],
    ];
    await mkdir(path.join(folder, 'schema'));
    for (const [url, message] of cases) {
      const { code, text } = await strangler(withData(url), 'schema', 'status', 'shop');
      expect(text).to.match(message);
      expect(code).to.equal(4);
      expect(text).to.not.contain('not-the-password').and.to.not.contain(user.password);
    }
    await user.drop();
  });

  it('tries every connection in `check`, and says of each that fails what to do', async () => {
    const closed = new URL(database.url);
    closed.port = String(await freePort());
    await writeFile(path.join(folder, 'mapping.ts'), 'throw new Error("the mapping is broken");\n');
    const { code, text } = await strangler(withData(closed.href), 'check');
    expect(code, text).to.equal(4);
    expect(text).to.match(/FAILED +upstream legacy/);
    expect(text).to.match(/ok +redis/);
    expect(text).to.match(/FAILED +data group shop +.*the mapping is broken/);
    expect(text).to.match(/FAILED +schema shop +.*does not answer/);
  });

  it('says that the facade or the worker is not there, where it looked, and how to start it', async () => {
    const port = await freePort();
    const yaml = `facade: { admin: "127.0.0.1:${port}" }\nupstreams: { legacy: { url: "http://127.0.0.1:1" } }\nlegacy: legacy\n`;
    const { code, text } = await strangler(yaml, 'route', 'list');
    expect(code).to.equal(4);
    expect(text).to.match(
      new RegExp(`ADMIN_UNREACHABLE: The facade does not answer at http://127\\.0\\.0\\.1:${port}`),
    );
    expect(text).to.match(/strangler facade/);
  });
});
