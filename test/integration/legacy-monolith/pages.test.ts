import { expect } from 'chai';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: server-rendered pages', () => {
  let shop: RunningShop;
  before(async () => {
    shop = await startShop();
  });
  after(() => shop.stop());

  it('shows start, category and product', async () => {
    const home = await shop.get('/');
    expect(home.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(home.text).to.include('Café &amp; Thé');
    const list = await shop.get('/shop/3');
    expect(list.text).to.include('<h1>Bücher</h1>');
    const link = /\/product\/\d+/.exec(list.text)![0];
    const { text } = await shop.get(`${link}?country=FR`);
    expect(text)
      .to.include('inkl. 20.00 % MwSt.')
      .and.match(/\d+,\d\d &euro;/);
  });

  it('escapes what comes from the tables', async () => {
    const { json } = await shop.send('POST', '/api/products', {
      sku: 'XSS',
      name: '<script>alert("1")</script>',
      price: '1',
      attributes: { '<b>': '<i>' },
    });
    const { text } = await shop.get(`/product/${json.ID}`);
    expect(text).to.include('&lt;script&gt;').and.not.include('<script>');
    expect(text).to.include('&lt;b&gt;: &lt;i&gt;');
  });

  it('apologises with status 200', async () => {
    for (const path of ['/product/5', '/shop/999', '/nowhere']) {
      const { status, text } = await shop.get(path);
      expect(status, path).to.equal(200);
      expect(text, path).to.include('nicht gefunden');
    }
    const api = await shop.get('/api/nowhere');
    expect({ status: api.status, json: api.json }).to.deep.equal({
      status: 404,
      json: { ERR: 'no such endpoint' },
    });
  });

  it('logs in by form, shows the account, logs out', async () => {
    const anonymous = await shop.get('/account');
    expect([anonymous.status, anonymous.headers.get('location')]).to.deep.equal([302, '/login']);
    const login = (password: string) =>
      fetch(`${shop.url}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ email: 'customer1@example.com', password }),
      });
    const wrong = await login('nope');
    expect(wrong.status).to.equal(200);
    expect(await wrong.text()).to.include('falsch');
    const right = await login('demo-1');
    expect(right.headers.get('location')).to.equal('/account');
    const cookie = right.headers.get('set-cookie')!.split(';')[0]!;
    expect((await shop.get('/account', { cookie })).text).to.include('<h1>Hallo ');
    await shop.send('POST', '/logout', undefined, { cookie });
    expect((await shop.get('/account', { cookie })).status).to.equal(302);
  });
});
