import { expect } from 'chai';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: customers, addresses and reviews', () => {
  let shop: RunningShop;
  let clock = Date.parse('2026-03-04T05:06:07Z');
  before(async () => {
    shop = await startShop({ now: () => new Date(clock) });
  });
  after(() => shop.stop());

  it('registers, logs in, knows and forgets a customer', async () => {
    const account = { email: 'zoë@example.org', name: 'Zoë Łukasz 健', password: 'geheim', newsletter: 'Y' };
    const registered = await shop.send('POST', '/api/register', account);
    expect(registered.status).to.equal(201);
    expect((await shop.send('POST', '/api/register', account)).status).to.equal(409);
    const { json, headers } = await shop.send('POST', '/api/login', account);
    expect(json.customer).to.include({ Name: account.name, news_letter: 'Y', registered: 20260304 });
    expect(headers.get('set-cookie')).to.match(/^sid=[\w-]+; .*HttpOnly.*SameSite=Lax/);
    const cookie = headers.get('set-cookie')!.split(';')[0]!;
    expect((await shop.get('/api/me', { cookie: `a=b; ${cookie}` })).json.email).to.equal(account.email);
    await shop.send('POST', '/api/logout', {}, { cookie });
    const after = await shop.get('/api/me', { cookie });
    expect({ status: after.status, code: after.json.error.code }).to.deep.equal({
      status: 401,
      code: 'AUTH',
    });
  });

  it('answers a wrong password with status 200 and no cookie', async () => {
    const credentials = { email: 'customer1@example.com', password: 'nope' };
    const { status, json, headers } = await shop.send('POST', '/api/login', credentials);
    expect({ status, code: json.error.code }).to.deep.equal({ status: 200, code: 'LOGIN' });
    expect(headers.get('set-cookie')).to.equal(null);
  });

  it('replaces a password hash of 2009 at the next login, which still works', async () => {
    const hash = async () =>
      String((await shop.sql('SELECT cust_pw FROM tbl_cust WHERE cust_id = 1'))[0]!.cust_pw);
    expect(await hash()).to.match(/^S1\$/);
    await shop.logIn(1);
    expect(await hash()).to.match(/^SC\$/);
    const { json } = await shop.get('/api/me', await shop.logIn(1));
    expect(json).to.include({ CustomerID: 1, lastLogin: '2026-03-04 05:06:07' });
  });

  it('ends a session after fourteen days', async () => {
    const login = await shop.logIn(1);
    clock += 14 * 86_400_000 - 1000;
    expect((await shop.get('/api/me', login)).status).to.equal(200);
    clock += 1000;
    expect((await shop.get('/api/me', login)).status).to.equal(401);
  });

  it('keeps addresses, each customer their own', async () => {
    const [anna, bert] = [await shop.logIn(1), await shop.logIn(2)];
    const address = { type: 'S', name: 'Åsa', street: 'Rue 1', zip: '01234', city: 'Łódź', country: 'PL' };
    const { json } = await shop.send('POST', '/api/me/addresses', address, anna);
    const path = `/api/me/addresses/${json.AddressID}`;
    expect((await shop.send('PUT', path, { ...address, zip: '99999' }, bert)).json.error.code).to.equal(
      'ADDR_404',
    );
    expect((await shop.send('PUT', path, { ...address, zip: '00001' }, anna)).json).to.deep.equal({
      ok: 'Y',
    });
    const { json: list } = await shop.get('/api/me/addresses', anna);
    expect(list.Addresses.at(-1)).to.deep.equal({
      AddressID: json.AddressID,
      type: 'S',
      Name: 'Åsa',
      street: 'Rue 1',
      zip: '00001',
      city: 'Łódź',
      country: 'PL',
    });
    expect(
      (await shop.send('POST', '/api/me/addresses', { ...address, country: 'XX' }, anna)).status,
    ).to.equal(400);
    expect((await shop.send('DELETE', path, undefined, bert)).json.error.code).to.equal('ADDR_404');
    expect((await shop.send('DELETE', path, undefined, anna)).json).to.deep.equal({ ok: 'Y' });
  });

  it('takes and lists reviews', async () => {
    const path = '/api/products/9007199254740993/reviews';
    const { json: before } = await shop.get(path);
    expect((await shop.send('POST', path, { stars: 5 })).status).to.equal(401);
    const login = await shop.logIn(1);
    expect((await shop.send('POST', path, { stars: 6 }, login)).status).to.equal(400);
    expect((await shop.send('POST', path, { stars: 5, text: 'Schön 👍' }, login)).status).to.equal(201);
    const { json } = await shop.get(path);
    expect(json.Count).to.equal(before.Count + 1);
    expect(json.reviews.at(-1)).to.include({ Stars: 5, text: 'Schön 👍', date: 20260318 });
  });

  it('closes an account softly: nobody can log in, the e-mail stays taken', async () => {
    const login = await shop.logIn(3);
    expect((await shop.send('DELETE', '/api/me', undefined, login)).json).to.deep.equal({ ok: 'Y' });
    expect((await shop.get('/api/me', login)).status).to.equal(401);
    const credentials = { email: 'customer3@example.com', password: 'demo-3' };
    expect((await shop.send('POST', '/api/login', credentials)).json.error.code).to.equal('LOGIN');
    const again = await shop.send('POST', '/api/register', { ...credentials, name: 'x' });
    expect(again.status).to.equal(409);
  });
});
