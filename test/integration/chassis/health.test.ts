import { createServer } from 'node:http';
import { expect } from 'chai';
import { createHealth, type Health } from '../../../chassis/health.ts';
import { type Listening, listen } from '../../../chassis/http/server.ts';

describe('health', () => {
  let health: Health;
  let server: Listening;

  beforeEach(async () => {
    health = createHealth({ timeout: 50 });
    const handler = createServer((request, response) => {
      if (!health.handle(request, response)) response.writeHead(418).end();
    });
    server = await listen(handler, { host: '127.0.0.1', port: 0 });
  });
  afterEach(() => server.close(0));

  const ask = async (path: string) => {
    const answer = await fetch(`${server.url}${path}`);
    return {
      status: answer.status,
      body: (await answer.json().catch(() => ({}))) as Record<string, unknown>,
    };
  };

  it('is live while the process answers, whatever its checks say', async () => {
    health.add('database', () => {
      throw new Error('away');
    });
    health.drain();
    expect(await ask('/health/live')).to.deep.equal({ status: 200, body: { ok: true } });
  });

  it('is ready when every check passes', async () => {
    health.add('database', async () => {});
    health.add('cache', () => true);
    const checks = { database: 'ok', cache: 'ok' };
    expect(await ask('/health/ready?x=1')).to.deep.equal({ status: 200, body: { ok: true, checks } });
  });

  it('is not ready when one fails or hangs, and says which', async () => {
    health.add('database', async () => {
      throw new Error('away');
    });
    health.add('cache', () => new Promise(() => {}));
    health.add('queue', () => {
      throw new Error('closed');
    });
    const checks = { database: 'away', cache: 'no answer within 50 ms', queue: 'closed' };
    expect(await ask('/health/ready')).to.deep.equal({ status: 503, body: { ok: false, checks } });
  });

  it('is not ready when the process leaves', async () => {
    health.drain();
    const { status, body } = await ask('/health/ready');
    expect([status, body.checks]).to.deep.equal([503, { draining: 'the process is stopping' }]);
  });

  it('leaves every other path to the process', async () => {
    for (const path of ['/', '/health', '/health/live/x', '/healthy/live']) {
      expect((await ask(path)).status, path).to.equal(418);
    }
  });
});
