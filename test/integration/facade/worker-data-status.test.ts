import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { tokenDigest } from '../../../chassis/http/bearer-token.ts';
import { createTransport, type Transport } from '../../../chassis/http/transport.ts';
import { createWorkerDataStatus } from '../../../facade/gates/worker-data-status.ts';
import { openShop, type Shop } from '../migrations/shop/shop.ts';
import { startTestWorker, type TestWorker } from '../migrations/shop/test-worker.ts';

describe('What a facade learns of a data group', () => {
  let shop: Shop;
  let worker: TestWorker | undefined;
  let transport: Transport;
  const ask = (token: string | undefined) =>
    createWorkerDataStatus({ origin: () => worker!.url, transport, token })('shop');

  before(async () => {
    shop = await openShop();
    transport = createTransport();
  });
  after(async () => {
    await transport.close();
    await shop.close();
  });
  afterEach(() => worker?.close());

  it('is what a worker without tokens tells anybody on its machine', async () => {
    worker = await startTestWorker(shop.configFile, '');
    for (const token of [undefined, 'any'])
      expect(await ask(token)).to.include({ kind: 'known', state: 'new', caughtUp: false });
  });

  it('is what a worker with tokens tells a holder of one, a reader too', async () => {
    const sha256 = tokenDigest('of-the-facade').toString('hex');
    const listed = `tokens: [{ name: facades, role: reader, sha256: ${sha256} }]`;
    const text = await readFile(shop.configFile, 'utf8');
    await writeFile(shop.configFile, text.replace('worker: { ', `worker: { ${listed}, `));
    worker = await startTestWorker(shop.configFile, 'of-the-worker');
    for (const token of ['of-the-facade', 'of-the-worker'])
      expect(await ask(token)).to.include({ kind: 'known', state: 'new' });
    const wrong = await ask('wrong');
    expect(wrong.kind === 'unknown' && wrong.reason).to.include('does not know the STRANGLER_ADMIN_TOKEN');
    const none = await ask(undefined);
    expect(none.kind === 'unknown' && none.reason).to.include('has no STRANGLER_ADMIN_TOKEN');
  });
});
