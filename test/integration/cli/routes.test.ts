import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../scripts/services/free-port.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

describe('strangler route against a running facade', function () {
  this.timeout(60_000);
  let folder: string;
  let config: string;
  let monolith: Server;
  let facade: TestProcess;
  let clients: string;
  let admin: number;

  before(async () => {
    monolith = createServer((_request, response) => void response.end('{"from":"legacy"}'));
    await new Promise<void>((resolve) => monolith.listen(0, '127.0.0.1', resolve));
    const legacy = `http://127.0.0.1:${(monolith.address() as AddressInfo).port}`;
    const listen = await freePort();
    admin = await freePort();
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-routes-'));
    config = path.join(folder, 'strangler.yaml');
    clients = `http://127.0.0.1:${listen}`;
    const lines = [
      `facade: { listen: "127.0.0.1:${listen}", admin: "127.0.0.1:${admin}" }`,
      `upstreams: { legacy: { url: "${legacy}" }, gone: { url: "http://127.0.0.1:1" } }`,
      'legacy: legacy',
      'routes:',
      // Frozen, or the guard would take the route back before the test does.
      '  - { id: a, match: { path: /a }, service: gone, stage: shadow, onFail: freeze }',
      '  - { id: b, match: { path: /b }, service: gone, stage: shadow, group: pair, onFail: freeze }',
      '  - { id: c, match: { path: /c }, service: gone, stage: shadow, group: pair, onFail: freeze }',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    facade = startProcess('cli/main.ts', ['facade', '--config', config], {
      env: { STRANGLER_ADMIN_TOKEN: 'secret' },
    });
    await facade.json(({ message }) => message === 'facade listening');
  });
  after(async () => {
    await facade?.stop();
    monolith.closeAllConnections();
    await new Promise((resolve) => monolith.close(resolve));
    await rm(folder, { recursive: true });
  });

  const strangler = async (args: string, token: string | undefined = 'secret', file = config) => {
    const words = [...args.split(' '), '--config', file];
    const env = { STRANGLER_ADMIN_TOKEN: token, STRANGLER_ACTOR: 'night-shift' };
    const command = startProcess('cli/main.ts', words, { env });
    return { code: await command.ended, output: command.output(), stdout: command.stdout() };
  };

  it('ends with the exit code of each error: 2 for a mistake, 3 for a gate that is not sure', async () => {
    const [unknown, illegal, unsure, wrongToken] = await Promise.all([
      strangler('route rollback nobody --reason x'),
      strangler('route set a retired --reason x'),
      strangler('route promote a --reason x'),
      strangler('route rollback a --reason x', 'wrong'),
    ]);
    expect(unknown.output).to.match(/^ROUTE_UNKNOWN: Found route nobody, expected one of: a, b, c\.$/m);
    expect(illegal.output).to.match(/^STAGE_STEP_ILLEGAL: Route a is shadow; found a step to retired/m);
    expect(unsure.output).to.match(/^GATE_NOT_PASSED: The gate of route a says inconclusive/m);
    expect(wrongToken.output).to.match(/^ADMIN_TOKEN_WRONG: /m);
    expect([unknown.code, illegal.code, unsure.code, wrongToken.code]).to.deep.equal([2, 2, 3, 2]);
  });

  it('forces, rolls back, and tells who did it and why; the file stays as it was', async () => {
    const before = await readFile(config, 'utf8');
    const forced = await strangler('route set a live --force --reason try');
    expect(forced.code, forced.output).to.equal(0);
    expect(await (await fetch(`${clients}/a`)).text(), 'the dead service is stood in for').to.contain(
      'legacy',
    );
    const back = await strangler('route rollback a --reason burning');
    expect(back.code, back.output).to.equal(0);
    expect(back.output).to.match(/^a: legacy \(admin \(for night-shift\): burning\)$/m);
    expect(back.output).to.contain('the config file says shadow');
    const history = await strangler('route history a --json');
    const { entries } = JSON.parse(history.stdout) as { entries: Record<string, unknown>[] };
    expect(
      entries.slice(0, 2).map(({ actor, action, reason, forced }) => [actor, action, reason, forced]),
    ).to.deep.equal([
      ['admin (for night-shift)', 'rollback', 'burning', false],
      ['admin (for night-shift)', 'set', 'try', true],
    ]);
    expect(await readFile(config, 'utf8')).to.equal(before);
  });

  it('moves the routes of a group together, and refuses one of them', async () => {
    const forced = await strangler('route set --group pair canary --percent 20 --force --reason try');
    expect(forced.output).to.match(/^b: canary 20 %.*^c: canary 20 %/ms);
    expect((await strangler('route rollback c --reason burning')).output).to.match(
      /^ROUTE_IN_GROUP: Route c moves only with its group, pair\.$/m,
    );
    const back = await strangler('route rollback --group pair --reason burning --json');
    const { routes } = JSON.parse(back.stdout) as { routes: { id: string; stage: string }[] };
    expect(routes.map(({ id, stage }) => `${id} ${stage}`)).to.deep.equal(['b legacy', 'c legacy']);
    expect((await strangler('route rollback --group none --reason x')).code).to.equal(2);
  });

  it('shows where each upstream has its instances from, and how they stand', async () => {
    const { output, code } = await strangler('status');
    expect(code, output).to.equal(0);
    expect(output).to.match(/^ {2}legacy +breaker none +fixed\n +http:\/\/127\.0\.0\.1:\d+$/m);
  });

  it('explains a request, by the running facade or by the file', async () => {
    const ask = 'route explain GET /b?x=1 --header x-user:u1 --ip 10.0.0.9';
    expect((await strangler(ask, undefined)).output).to.match(
      /^ {2}Route b \(\/b\) of group pair names it\.$/m,
    );
    expect((await strangler(ask)).output).to.contain('The route is legacy, by a toggle.');
    const offline = await strangler(`${ask} --offline --json`);
    const { route, plan, key } = JSON.parse(offline.stdout);
    expect([route.id, route.stage, plan[0].side, key.source, key.value]).to.deep.equal([
      ...['b', 'shadow', 'legacy', 'ip', '10.0.0.9'],
    ]);
  });

  it('sends a retired route back by force alone', async () => {
    expect((await strangler('route set a retired --force --reason x')).code).to.equal(0);
    const refused = await strangler('route rollback a --reason y');
    expect(refused.output).to.match(/^STAGE_STEP_ILLEGAL/m);
    expect(refused.code).to.equal(2);
    const forced = await strangler('route set a legacy --force --reason y');
    expect(forced.output).to.match(/^a: legacy/m);
  });

  it('ends a toggle when the file is edited, and keeps the last good file when the edit is broken', async () => {
    await strangler('route set a shadow --reason x');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('stage: shadow', 'stage: legacy'));
    await until(async () => (await strangler('route list')).output.match(/\/a +gone +legacy +file/), {
      timeout: 20_000,
      what: 'the edited file to be in force',
    });
    await writeFile(config, text.replace('routes:', 'rotes:'));
    await facade.json(({ message }) => String(message).startsWith('config invalid'));
    expect(await (await fetch(`${clients}/a`)).text()).to.contain('legacy');
    await writeFile(config, text);
  });

  describe('while the config file has a problem', () => {
    let good: string;
    before(async () => {
      good = await readFile(config, 'utf8');
    });
    afterEach(() => writeFile(config, good));
    const edit = async (from: string, to: string, message: RegExp) => {
      const before = facade.output().length;
      await writeFile(config, good.replace(from, to));
      await until(() => message.test(facade.output().slice(before)), { what: String(message) });
    };
    const all = async (lines: string[]) => {
      for (const line of lines) {
        const { code, output } = await strangler(line);
        expect(code, `${line}: ${output}`).to.equal(0);
        expect(output).to.match(
          /^warning: \S+strangler\.yaml has 1 problem\(s\), which `strangler check` tells/m,
        );
      }
    };
    const LOOKS = ['route list', 'route history a', 'route explain GET /a', 'audit verify'];

    it('shows what is quarantined, and takes routes back, those in order and those quarantined', async () => {
      await strangler('route set a canary --percent 5 --force --reason x');
      await strangler('route set --group pair canary --percent 5 --force --reason x');
      await edit('path: /a }', 'path: /a }, percent: 400', /"message":"route quarantined"/);
      const status = await strangler('status');
      expect(status.output).to.match(/^a QUARANTINED: line \d+: percent: /m);
      expect(status.code, status.output).to.equal(0);
      await all([...LOOKS, 'route rollback a --reason x', 'route rollback --group pair --reason x']);
      expect(JSON.parse((await strangler('route list --json')).stdout).routes).to.have.length(3);
      expect((await strangler('check')).code).to.equal(2);
    });

    it('does the same when a variable is unset here, or is unset for everybody', async () => {
      const lacking = `legacy: legacy\nstore: { kind: redis, url: "\${NOT_SET_HERE}" }`;
      await edit('legacy: legacy', lacking, /"message":"config invalid/);
      expect((await strangler('status')).output).to.contain('STAYS IN FORCE');
      await all([...LOOKS, 'route rollback a --reason x']);
    });

    it('does the same when the YAML is broken below the address, and asks for --admin when it is not to be read', async () => {
      const broken = path.join(folder, 'broken.yaml');
      await writeFile(broken, `${good}\n  - { id: d`);
      expect((await strangler('route rollback a --reason x', 'secret', broken)).code).to.equal(0);
      await writeFile(broken, good.replace(/^facade: .*$/m, `facade: { admin: "\${NOT_SET_HERE}" }`));
      const { code, output } = await strangler('route rollback a --reason x', 'secret', broken);
      expect(output).to.match(
        /^ADMIN_ADDRESS_UNKNOWN: Config \S+broken\.yaml has problems, .*\(facade\.admin\)/m,
      );
      expect(code).to.equal(2);
    });

    it('needs no file with --admin', async () => {
      const asked = (line: string) =>
        strangler(`${line} --admin http://127.0.0.1:${admin}`, 'secret', path.join(folder, 'none.yaml'));
      for (const line of ['status', 'route rollback a --reason x', ...LOOKS]) {
        const { code, output } = await asked(line);
        expect(code, `${line}: ${output}`).to.equal(0);
        expect(output).not.to.contain('warning');
      }
      expect((await strangler('route list --admin 127.0.0.1:1')).output).to.contain(
        'Found 127.0.0.1:1, expected a URL such as http://127.0.0.1:8081.',
      );
    });
  });
});
