import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { keysAtStart } from '../../../facade/restart-needed.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { startIssuer, type TestIssuer } from './rig/issuer.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('Edits of the config that need a restart', () => {
  let upstream: TestUpstream;
  let issuer: TestIssuer;
  let facade: TestFacade;
  const text = (auth: string, facade = '') =>
    config({
      legacy: upstream.url,
      service: upstream.url,
      routes: route('r', 'path: /r', 'legacy', ', auth: required'),
      extra: `auth: ${auth}`,
      facade,
    });
  const keys = (key: string) => `{ apiKeys: { keys: [{ name: a, sha256: ${sha256(key)} }] } }`;
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${facade.url}/r`, { headers })).status;
  const needed = async () => (await facade.status()).config.restartNeeded;
  beforeEach(async () => {
    upstream = await startUpstream(json('legacy'));
    issuer = await startIssuer();
    facade = await startTestFacade(text(keys('k-1')));
  });
  afterEach(async () => {
    await facade.close();
    await issuer.server.close();
    await upstream.close();
  });

  it('are not those of credentials: new keys and a new issuer count at once', async () => {
    await facade.edit(text(keys('k-2')));
    await until(async () => (await status({ 'x-api-key': 'k-2' })) === 200);
    expect(await status({ 'x-api-key': 'k-1' })).to.equal(401);
    await facade.edit(text(`{ jwt: ${issuer.yaml} }`));
    const authorization = `Bearer ${await issuer.token()}`;
    await until(async () => (await status({ authorization })) === 200);
    expect(await needed()).to.deep.equal([]);
  });

  it('are told by the names of the keys', async () => {
    await facade.edit(text(keys('k-1'), ', limits: { idle: 70s, url: 300 }').replace('200ms', '300ms'));
    await until(async () => (await needed()).length > 0);
    expect(await needed()).to.deep.equal(['facade.drain', 'facade.limits.idle']);
    await facade.edit(`${text(keys('k-1'))}\nstore: { kind: redis, url: "redis://127.0.0.1:9" }`);
    await until(async () => (await needed()).includes('store'));
  });

  it('are told in the reference too, and no others', () => {
    const page = readFileSync('docs/reference/config.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)` \|.*$/gm)];
    const told = rows.flatMap(([line, key]) => (line.includes('needs a restart') ? [key!] : []));
    const isAtStart = (key: string) => keysAtStart().some((one) => key === one || key.startsWith(`${one}.`));
    expect(told.sort()).to.deep.equal(
      rows
        .map(([, key]) => key!)
        .filter((key) => isAtStart(key))
        .sort(),
    );
  });
});
