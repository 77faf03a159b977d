import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { openShop, type Shop, type ShopOptions } from './shop/shop.ts';
import { openWorker, TOKEN, type WorkerClient } from './shop/worker.ts';

describe('bad input to the worker', () => {
  let shop: Shop | undefined;
  let worker: (WorkerClient & { close(): Promise<void> }) | undefined;
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'mapping-'));
  });
  afterEach(async () => {
    await worker?.close();
    await shop?.close();
    await rm(directory, { recursive: true });
    worker = undefined;
    shop = undefined;
  });

  async function plan(
    options: ShopOptions,
  ): Promise<{ code: string; message: string; remedy: string; status: number }> {
    shop = await openShop(options);
    worker = await openWorker(shop.configFile);
    const response = await worker.post('plan');
    return {
      status: response.status,
      ...((await response.json()) as { code: string; message: string; remedy: string }),
    };
  }

  async function mapping(text: string): Promise<string> {
    const file = path.join(directory, `mapping-${Math.random()}.ts`);
    await writeFile(file, text);
    return file;
  }

  it('says that a mapping throws while it is loaded, and serves it once it is mended', async () => {
    const file = await mapping("throw new Error('no such codec');");
    const answer = await plan({ mapping: file });
    expect(answer).to.include({ status: 422, code: 'MAPPING_UNLOADABLE' });
    expect(answer.message).to.include(file).and.to.include('no such codec');
    expect((await worker!.view()).error).to.include('no such codec');
    const good = new URL('./shop/mapping.ts', import.meta.url).href;
    await writeFile(file, `export { default } from '${good}';\n// longer`);
    await worker!.untilView(
      'the mended mapping',
      ({ error, state }) => error === undefined && state === 'new',
    );
  });

  it('says that a mapping has no default export', async () => {
    const answer = await plan({ mapping: await mapping('export const mapping = 1;') });
    expect(answer).to.include({ code: 'ACL_MAPPING_MISSING' });
  });

  it('says that the source does not answer, without showing the password', async () => {
    const answer = await plan({ sourceUrl: 'mysql://nobody:secret@127.0.0.1:1/x' });
    expect(answer).to.include({ status: 503, code: 'DATABASE_UNREACHABLE' });
    expect(answer.message).to.include('127.0.0.1:1').and.to.not.include('secret');
  });

  it('says that the target refuses the user', async () => {
    const url = new URL(process.env.TEST_MARIADB_URL!);
    url.password = 'wrong-secret';
    url.pathname = '/x';
    const answer = await plan({ targetUrl: url.href });
    expect(answer).to.include({ status: 403, code: 'DATABASE_ACCESS_DENIED' });
    expect(answer.message).to.not.include('wrong-secret');
  });

  it('changes nothing without the token, and knows its groups', async () => {
    shop = await openShop();
    worker = await openWorker(shop.configFile);
    const without = await fetch(`${worker.url}/api/data/shop/copy`, { method: 'POST' });
    expect(without.status).to.equal(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const unknown = await fetch(`${worker.url}/api/data/nothing`, { headers });
    expect(unknown.status).to.equal(404);
    expect(await unknown.json()).to.include({ code: 'GROUP_UNKNOWN' });
    const early = await worker.post('verify');
    expect(early.status).to.equal(409);
    expect(await early.json()).to.include({ code: 'PHASE_REFUSED' });
  });
});
