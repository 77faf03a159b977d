import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { createNullLogger } from '../../../chassis/log.ts';
import { closeRedis, connectRedis, type Redis, whenRedisReady } from '../../../chassis/redis.ts';
import type { AuditView } from '../../../facade/admin/views.ts';
import { fromLines } from '../../../facade/audit/audit-lines.ts';
import { BEGINNING, digestOf, verifyChain } from '../../../facade/audit/chain.ts';
import type { AuditEntry } from '../../../facade/audit/entry.ts';
import { redisUrl, uniqueName } from '../../support/services.ts';
import { until } from '../../support/wait.ts';
import { config, route, startTestFacade, type TestFacade } from './rig/facade.ts';
import { json, startUpstream, type TestUpstream } from './rig/upstream.ts';

describe('The audit of a facade', () => {
  let legacy: TestUpstream;
  let folder: string;
  let facades: TestFacade[];
  beforeEach(async () => {
    legacy = await startUpstream(json('legacy', () => ({})));
    folder = await mkdtemp(path.join(tmpdir(), 'audit-test-'));
    facades = [];
  });
  afterEach(async () => {
    await closeAll();
    await legacy.close();
    await rm(folder, { recursive: true });
  });
  const closeAll = async () => {
    for (const facade of facades.splice(0)) await facade.close();
  };
  const start = async ({ file, extra = '' }: { file?: string; extra?: string } = {}) => {
    const audit = file === undefined ? '' : `, audit: "${path.join(folder, file)}"`;
    const routes = ['a', 'b'].map((id) => route(id, `path: /${id}`, 'legacy')).join('');
    const addresses = { legacy: legacy.url, service: legacy.url };
    const facade = await startTestFacade(config({ ...addresses, routes, extra, facade: audit }));
    facades.push(facade);
    return facade;
  };
  const set = async (facade: TestFacade, id: string, stage: string) => {
    const body = { stage, percent: 5, reason: `to ${stage}`, force: true };
    expect((await facade.change('PUT', `/api/routes/${id}/stage`, body)).status).to.equal(200);
  };
  const audit = (facade: TestFacade) => facade.read<AuditView>('/api/audit');
  const inFile = async (file: string) => fromLines(await readFile(path.join(folder, file), 'utf8')).entries;
  const holds = (file: string, count: number) =>
    until(async () => (await inFile(file).catch(() => [])).length === count, {
      what: `${count} entries in ${file}`,
    });

  it('has every change with who, why, the config and the digest of the evidence, also in the log', async () => {
    const facade = await start();
    await set(facade, 'a', 'shadow');
    await set(facade, 'a', 'canary');
    const { entries, head, seen } = await audit(facade);
    expect(verifyChain(entries, [head])).to.include({ intact: true, entries: 2 });
    expect(entries[1]).to.deep.include({
      ...{ sequence: 2, actor: 'admin', role: 'admin', action: 'set', route: 'a', forced: true },
      ...{ from: { stage: 'shadow', percent: 0 }, to: { stage: 'canary', percent: 5 }, reason: 'to canary' },
      configVersion: (await facade.status()).config.version,
    });
    expect(entries[1]!.evidenceDigest).to.equal(
      digestOf({ counters: {}, firstAt: undefined, lastAt: undefined, clusters: [] }),
    );
    await until(async () => (await audit(facade)).seen?.sequence === 2, {
      what: 'the facade to have seen it',
    });
    expect([undefined, 0, 1, 2]).to.include(seen?.sequence);
    const logged = facade.log.filter(({ message }) => message === 'audit');
    expect(logged.map(({ hash }) => hash)).to.deep.equal(entries.map(({ hash }) => hash));
    const one = await facade.read<AuditView>('/api/audit?after=1&limit=1');
    expect(one.entries).to.deep.equal([entries[1]]);
    expect(await facade.read('/api/audit?limit=0')).to.include({ code: 'REQUEST_INVALID' });
  });

  it('stands in a file too, and goes on there after a restart', async () => {
    const first = await start({ file: 'audit.jsonl' });
    await set(first, 'a', 'shadow');
    await holds('audit.jsonl', 1);
    await closeAll();
    // What a crash leaves of a line was acknowledged to nobody.
    await appendFile(path.join(folder, 'audit.jsonl'), '{"sequence":2,"at"');
    const second = await start({ file: 'audit.jsonl' });
    await set(second, 'a', 'shadow');
    await holds('audit.jsonl', 2);
    const entries = await inFile('audit.jsonl');
    expect(verifyChain(entries)).to.include({ intact: true, entries: 2 });
    expect((await audit(second)).entries).to.deep.equal(entries.slice(1));
  });

  it('has all of it in the file when its facade is closed at once', async () => {
    const facade = await start({ file: 'audit.jsonl' });
    for (const stage of ['shadow', 'canary', 'live']) await set(facade, 'a', stage);
    await closeAll();
    expect(verifyChain(await inFile('audit.jsonl'))).to.include({ intact: true, entries: 3 });
  });

  it('ends the start where the file cannot be gone on with', async () => {
    const refused = async (file: string) =>
      expect(await start({ file }).catch((error) => error)).to.have.property('code');
    await writeFile(path.join(folder, 'bad.jsonl'), 'hello\n');
    (await refused('bad.jsonl')).that.equals('AUDIT_FILE_BROKEN');
    (await refused('no-folder/audit.jsonl')).that.equals('AUDIT_FILE_UNWRITABLE');
  });

  describe('that shares a Redis', () => {
    let redis: Redis;
    let prefix: string;
    beforeEach(async () => {
      prefix = uniqueName('audit');
      redis = connectRedis(redisUrl(), { purpose: 'commands', log: createNullLogger() });
      await whenRedisReady(redis);
    });
    const forget = async () => {
      const keys = await redis.keys(`${prefix}:*`);
      if (keys.length > 0) await redis.del(...keys);
    };
    afterEach(async () => {
      await closeAll();
      await forget();
      await closeRedis(redis);
    });
    const share = (file?: string) =>
      start({
        extra: `store: { kind: redis, url: "${redisUrl()}", prefix: ${prefix} }`,
        ...(file && { file }),
      });

    it('is one chain of all facades, in the file of each', async () => {
      const [one, other] = [await share('one.jsonl'), await share('other.jsonl')];
      await Promise.all([set(one, 'a', 'shadow'), set(other, 'b', 'shadow')]);
      await set(other, 'b', 'live');
      await holds('one.jsonl', 3);
      await holds('other.jsonl', 3);
      const { entries } = await audit(one);
      expect(verifyChain(entries)).to.include({ intact: true, entries: 3 });
      expect(await inFile('one.jsonl')).to.deep.equal(entries);
      expect(await inFile('other.jsonl')).to.deep.equal(entries);
    });

    it('catches its file up with what others changed while it was away', async () => {
      await share('one.jsonl');
      await closeAll();
      const other = await share();
      await set(other, 'a', 'shadow');
      await set(other, 'b', 'shadow');
      await share('one.jsonl');
      await holds('one.jsonl', 2);
    });

    it('is put back when Redis was flushed, before a facade that knows nothing of it writes', async () => {
      const one = await share('one.jsonl');
      await set(one, 'a', 'shadow');
      const before = (await audit(one)).entries;
      await forget();
      await until(async () => (await redis.exists(`${prefix}:audit`)) === 1, {
        what: 'the audit to be back',
      });
      const other = await share('other.jsonl');
      await set(other, 'b', 'shadow');
      await until(async () => (await audit(one)).seen?.sequence === (await audit(one)).head.sequence);
      const { entries } = await audit(one);
      expect(entries.slice(0, 1)).to.deep.equal(before);
      expect(verifyChain(entries)).to.deep.include({ intact: true, after: BEGINNING });
      for (const file of ['one.jsonl', 'other.jsonl']) {
        await holds(file, entries.length);
        expect(await inFile(file)).to.deep.equal(entries);
      }
      expect(one.log.map(({ message }) => message)).to.include('the store lost the audit; it was put back');
    });

    it('says so when an entry of the store was changed where it should go on', async () => {
      const facade = await share('one.jsonl');
      const intact = async () => /strangler_facade_audit_intact\{.*\} (\d)/.exec(await facade.metrics())![1];
      await set(facade, 'a', 'shadow');
      await holds('one.jsonl', 1);
      expect(await intact()).to.equal('1');
      const [, fields] = (await redis.xrange(`${prefix}:audit`, '1-0', '1-0'))[0]!;
      const entry = JSON.parse(fields[3]!) as AuditEntry;
      const forged = { ...entry, actor: 'nobody' };
      const { hash: _, ...rest } = forged;
      const hash = digestOf(rest);
      const chain = `${prefix}:audit`;
      const text = JSON.stringify({ ...rest, hash });
      await redis.multi().del(chain).xadd(chain, '1-0', 'hash', hash, 'entry', text).exec();
      await until(async () => (await intact()) === '0', { what: 'the facade to see it' });
      const { entries, head, seen } = await audit(facade);
      expect(verifyChain(entries, [head, seen!])).to.include({ intact: false, sequence: 1 });
    });
  });
});
