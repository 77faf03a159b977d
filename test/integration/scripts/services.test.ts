import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import { startServices } from '../../../scripts/services/start.ts';
import { startProcess } from '../../support/processes.ts';
import { mariadbUrl, redisUrl } from '../../support/services.ts';
import { until } from '../../support/wait.ts';

describe('scripts/services', () => {
  const quiet = () => {};
  const withoutUrls = { ...process.env, STRANGLER_MARIADB_URL: '', STRANGLER_REDIS_URL: '' };
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'strangler-services-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('starts a private Redis that asks for its password and is gone, with its data, after stop', async () => {
    const services = await startServices({ need: ['redis'], dataDir, env: withoutUrls, log: quiet });
    expect(await redisSays(services.redis.url, ['SET', 'a', '1'])).to.equal('OK');
    const withoutPassword = services.redis.url.replace(/:[^:@]+@/, '');
    const refused = await redisSays(withoutPassword, ['GET', 'a']).catch((error: Error) => error.message);
    expect(refused).to.match(/NOAUTH/);
    await services.stop();
    expect(await answers(services.redis.url)).to.equal(false);
    expect(readdirSync(dataDir)).to.deep.equal([]);
  });

  it('keeps the data directory when asked to', async () => {
    const services = await startServices({
      need: ['redis'],
      dataDir,
      env: withoutUrls,
      log: quiet,
      keep: true,
    });
    await services.stop();
    const [kept] = readdirSync(dataDir);
    expect(existsSync(join(dataDir, kept!, 'redis', 'server.log'))).to.equal(true);
  });

  it('gives a MariaDB with full row images and an account with all rights', async () => {
    const connection = await mysql.createConnection(mariadbUrl());
    const [rows] = await connection.query(
      'SELECT @@log_bin log, @@binlog_format format, @@binlog_row_image image',
    );
    await connection.end();
    expect(rows).to.deep.equal([{ log: 1, format: 'ROW', image: 'FULL' }]);
  });

  it('leaves no server running and no data behind when the process that started them is killed', async () => {
    const main = startProcess('scripts/services/main.ts', ['--json', '--data', dataDir], {
      env: withoutUrls,
    });
    const urls = (await main.json(() => true)) as Record<string, string>;
    await main.stop('SIGKILL');
    for (const url of Object.values(urls))
      await until(async () => !(await answers(url)), { what: `the end of ${url}` });
    await until(() => readdirSync(dataDir).length === 0, { what: 'the removal of the data' });
  });

  it('stops its servers and ends with 0 when it is told to stop', async () => {
    const main = startProcess('scripts/services/main.ts', ['--json', '--data', dataDir], {
      env: withoutUrls,
    });
    const urls = (await main.json(() => true)) as Record<string, string>;
    expect(await main.stop('SIGINT')).to.equal(0);
    for (const url of Object.values(urls)) expect(await answers(url), url).to.equal(false);
    expect(readdirSync(dataDir)).to.deep.equal([]);
  });

  it('uses the URLs of the environment and does not stop their servers', async () => {
    const env = { PATH: '', STRANGLER_MARIADB_URL: mariadbUrl(), STRANGLER_REDIS_URL: redisUrl() };
    const services = await startServices({ need: ['mariadb', 'redis'], dataDir, env, log: quiet });
    expect(services.mariadb.url).to.equal(mariadbUrl());
    expect(services.redis.url).to.equal(redisUrl());
    await services.stop();
    expect(await answers(mariadbUrl())).to.equal(true);
    expect(await answers(redisUrl())).to.equal(true);
  });

  it('says which variable points to a server that does not answer', async () => {
    const port = await closedPort();
    const env = { ...withoutUrls, STRANGLER_REDIS_URL: `redis://127.0.0.1:${port}` };
    const error = await startServices({ need: ['redis'], dataDir, env, log: quiet }).catch(
      (caught) => caught,
    );
    expect(error.code).to.equal('SERVICE_URL_UNREACHABLE');
    expect(error.message).to.contain('STRANGLER_REDIS_URL').and.contain(String(port));
    expect(error.message).not.to.contain('password');
  });

  it('says what form a URL must have', async () => {
    const env = { ...withoutUrls, STRANGLER_MARIADB_URL: 'localhost/shop' };
    const error = await startServices({ need: ['mariadb'], dataDir, env, log: quiet }).catch(
      (caught) => caught,
    );
    expect(error.code).to.equal('SERVICE_URL_INVALID');
    expect(error.message).to.contain('mysql://');
  });
});

async function redisSays(url: string, [command, ...args]: [string, ...string[]]): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

async function answers(url: string): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url);
  const { firstAnswer, GREETING } = await import('../../../scripts/services/answers.ts');
  const ask = protocol === 'mysql:' ? GREETING.mariadb : GREETING.redis;
  return firstAnswer(hostname, Number(port), { ask }).then(
    () => true,
    () => false,
  );
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
