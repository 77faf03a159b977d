import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../scripts/services/free-port.ts';
import { startProcess, type TestProcess } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

/** What the service does differently from legacy. */
let bug = false;

const json = (response: Parameters<RequestListener>[1], body: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('strangler compare', function () {
  this.timeout(60_000);
  let folder: string;
  let config: string;
  let servers: Server[];
  let facade: TestProcess;
  let clients: string;

  before(async () => {
    const legacy = await serve((request, response) => json(response, { path: request.url, price: '12.50' }));
    const service = await serve((request, response) => {
      if (request.url === '/things/broken') return void response.writeHead(500).end();
      json(response, { path: request.url, price: bug ? '12.49' : '12.50' });
    });
    servers = [legacy, service];
    folder = await mkdtemp(path.join(tmpdir(), 'strangler-compare-'));
    config = path.join(folder, 'strangler.yaml');
    const [listen, admin] = [await freePort(), await freePort()];
    clients = `http://127.0.0.1:${listen}`;
    const lines = [
      `facade: { listen: "127.0.0.1:${listen}", admin: "127.0.0.1:${admin}" }`,
      `upstreams: { legacy: { url: "${urlOf(legacy)}" }, shop: { url: "${urlOf(service)}" } }`,
      'legacy: legacy',
      'routes:',
      '  - { id: things, match: { path: /things/:id }, service: shop, stage: shadow, compare: { maxLag: 250ms } }',
      '  - { id: quiet, match: { path: /quiet }, service: shop, stage: shadow }',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    facade = startProcess('cli/main.ts', ['facade', '--config', config]);
    await facade.json(({ message }) => message === 'facade listening');
  });
  after(async () => {
    await facade?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    bug = false;
  });

  const strangler = async (...args: string[]) => {
    const command = startProcess('cli/main.ts', [...args, '--config', config]);
    return { code: await command.ended, output: command.output(), stdout: command.stdout() };
  };
  const replay = async (requests: string, ...args: string[]) => {
    const file = path.join(folder, 'requests.txt');
    await writeFile(file, requests);
    return strangler('compare', 'replay', '--requests', file, ...args);
  };

  describe('replay', () => {
    it('ends with 0 when both sides agree on everything that was compared', async () => {
      const { code, output } = await replay(
        '# a comment\nGET /things/1\n{"method":"GET","path":"/things/2?x=1"}\n\nPOST /things/3\n',
      );
      expect(code, output).to.equal(0);
      expect(output).to.contain('3 requests: 2 match-bytes, 1 not-compared');
      expect(output).to.contain('not compared: no route matches');
    });

    it('ends with 1 and shows path and values where they differ', async () => {
      bug = true;
      const { code, output } = await replay('GET /things/1\n');
      expect(code, output).to.equal(1);
      expect(output).to.match(/mismatch: GET \/things\/1/);
      expect(output).to.match(/\$\.price \(value\): legacy "12\.50", service "12\.49"/);
    });

    it('counts a service that fails where legacy answers as different', async () => {
      const { code, output } = await replay('GET /things/broken\n');
      expect(code, output).to.equal(1);
      expect(output).to.match(/candidate-error: GET \/things\/broken \(status 500\)/);
    });

    it('ends with 3 when nothing could be compared, 2 when the file or the route is wrong', async () => {
      const nothing = await replay('GET /elsewhere\n');
      expect(nothing.code, nothing.output).to.equal(3);
      expect(nothing.output).to.contain('not compared: no route matches');
      const other = await replay('GET /things/1\n', '--route', 'quiet');
      expect(other.code, other.output).to.equal(3);
      const wrong = await replay('GET /things/1\nfetch me this\n');
      expect(wrong.code).to.equal(2);
      expect(wrong.output).to.match(/REQUESTS_UNREADABLE: .*line 2: found fetch me this/);
      const unknown = await replay('GET /things/1\n', '--route', 'nobody');
      expect(unknown.code).to.equal(2);
      expect(unknown.output).to.match(/ROUTE_UNKNOWN: Found route nobody, expected one of: things, quiet/);
    });

    it('gives the same as JSON', async () => {
      const { stdout } = await replay('GET /things/1\n', '--json');
      expect(JSON.parse(stdout)).to.deep.equal({
        requests: [{ request: 'GET /things/1', route: 'things', outcome: 'match-bytes', differences: [] }],
      });
    });
  });

  describe('live', () => {
    it('is inconclusive without comparisons, 0 when all agree, 1 when one differs', async () => {
      const quiet = await strangler('compare', 'live', 'quiet', '--for', '0');
      expect(quiet.code, quiet.output).to.equal(3);

      await askUntilCompared(1);
      const equal = await strangler('compare', 'live', 'things', '--for', '0');
      expect(equal.code, equal.output).to.equal(0);
      expect(equal.stdout).to.match(/things: \d+ compared, 0 differ/);

      bug = true;
      const watching = strangler('compare', 'live', 'things', '--for', '30');
      await fetch(`${clients}/things/7`).then((answer) => answer.text());
      const different = await watching;
      expect(different.code, different.output).to.equal(1);
      expect(different.stdout).to.match(
        /1 x \$\.price value\n.*GET \/things\/7\n.*legacy "12\.50", service "12\.49"/,
      );
    });
  });

  async function askUntilCompared(least: number): Promise<void> {
    await fetch(`${clients}/things/1`).then((answer) => answer.text());
    await until(
      async () =>
        (await strangler('compare', 'live', 'things', '--for', '0', '--minimum', String(least))).code === 0,
      {
        timeout: 20_000,
        what: `${least} comparison(s)`,
      },
    );
  }
});

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
