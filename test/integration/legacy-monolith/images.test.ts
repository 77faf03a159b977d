import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Json, type RunningShop, startShop } from './running-shop.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(300_000, 7)]);

describe('legacy monolith: product images', () => {
  let shop: RunningShop;
  before(async () => {
    shop = await startShop();
  });
  after(() => shop.stop());

  const PATH = '/api/products/9007199254740993/image';

  async function upload(bytes: Buffer, { path = PATH, field = 'image' } = {}) {
    const form = new FormData();
    form.set('note', 'x');
    form.set(field, new Blob([new Uint8Array(bytes)], { type: 'text/plain' }), '../../evil.sh');
    const res = await fetch(shop.url + path, { method: 'POST', body: form });
    return { status: res.status, json: (await res.json()) as Json };
  }

  it('gives back the bytes that were uploaded, the last upload counts', async () => {
    expect((await fetch(shop.url + PATH)).status).to.equal(404);
    const sha256 = createHash('sha256').update(PNG).digest('hex');
    const { status, json } = await upload(PNG);
    expect({ status, json }).to.deep.equal({
      status: 201,
      json: { ok: 'Y', mime: 'image/png', Bytes: PNG.length, sha256 },
    });
    const gif = Buffer.from('GIF89a tiny');
    await upload(gif);
    const res = await fetch(shop.url + PATH);
    expect(res.headers.get('content-type')).to.equal('image/gif');
    expect(res.headers.get('content-length')).to.equal(String(gif.length));
    expect(Buffer.from(await res.arrayBuffer())).to.deep.equal(gif);
  });

  it('refuses what is no image, too large, missing or not multipart', async () => {
    expect((await upload(Buffer.from('#!/bin/sh'))).json).to.deep.equal({
      Error: 'image is no PNG, JPEG or GIF',
    });
    const large = await upload(Buffer.concat([PNG, Buffer.alloc(2 * 1024 * 1024)]));
    expect(large.status).to.equal(413);
    expect((await upload(PNG, { field: 'other' })).json).to.deep.equal({ Error: 'image is missing' });
    const plain = await shop.send('POST', PATH, { image: 'x' });
    expect(plain.json).to.deep.equal({ Error: 'expected multipart/form-data' });
    expect((await upload(PNG, { path: '/api/products/5/image' })).json.error.code).to.equal('PRD_404');
  });

  it('answers 400 to a form that breaks off', async () => {
    const res = await fetch(shop.url + PATH, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=B' },
      body: '--B\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc',
    });
    expect({ status: res.status, json: await res.json() }).to.deep.equal({
      status: 400,
      json: { Error: 'upload broke off' },
    });
  });
});
