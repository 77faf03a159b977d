import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { startProcess } from '../../../support/processes.ts';
import { until } from '../../../support/wait.ts';

const SCRIPT = 'scripts/traffic/main.ts';

describe('the traffic process', () => {
  let shop: Server;
  let TRAFFIC_TARGET: string;

  before(async () => {
    let added = 0;
    shop = createServer((request, response) => {
      request.resume();
      const isNew = request.method === 'POST';
      const body = isNew ? { ID: `n${++added}` } : { items: [{ prd_id: '1' }], price: '1.00' };
      response.writeHead(isNew ? 201 : 200).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    TRAFFIC_TARGET = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  });
  after(() => {
    shop.closeAllConnections();
    return new Promise((resolve) => shop.close(resolve));
  });

  it('tells its counts and its ledger, stops when asked, and ends at SIGTERM', async () => {
    const traffic = startProcess(SCRIPT, [], { env: { TRAFFIC_TARGET, TRAFFIC_RATE: '300' } });
    const { url } = await traffic.json(({ message }) => message === 'traffic listening');
    const ask = async <T>(path: string, method = 'GET') =>
      (await (await fetch(`${url}${path}`, { method })).json()) as T;
    const writes = async () => (await ask<{ acknowledgedWrites: number }>('/stats')).acknowledgedWrites;
    await until(async () => (await writes()) >= 5, { what: '5 writes' });
    const { stats, ledger } = await ask<{ stats: object; ledger: { id: string; cents: number }[] }>(
      '/stop',
      'POST',
    );
    expect(ledger.some(({ id, cents }) => id === '1' && cents > 0)).to.equal(true);
    expect(await ask('/stats'), 'nothing happens after the stop').to.deep.equal(stats);
    expect(await ask('/ledger')).to.deep.equal(ledger);
    expect(await traffic.stop()).to.equal(0);
    expect(traffic.output()).to.contain('"traffic stopped"');
  });

  for (const rate of ['fast', '0']) {
    it(`refuses the rate "${rate}"`, async () => {
      const traffic = startProcess(SCRIPT, [], { env: { TRAFFIC_TARGET, TRAFFIC_RATE: rate } });
      expect(await traffic.ended).to.equal(2);
      expect(traffic.output()).to.contain(`TRAFFIC_RATE is ${rate}; expected`);
    });
  }

  it('refuses to start without a target', async () => {
    const traffic = startProcess(SCRIPT, [], { env: { TRAFFIC_TARGET: undefined } });
    expect(await traffic.ended).to.equal(2);
    expect(traffic.output()).to.contain('TRAFFIC_TARGET is not set');
  });
});
