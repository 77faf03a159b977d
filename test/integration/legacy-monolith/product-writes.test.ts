import { expect } from 'chai';
import { run } from '../../../legacy-monolith/db.ts';
import { type RunningShop, startShop } from './running-shop.ts';

describe('legacy monolith: changing products, stock and reference data', () => {
  let shop: RunningShop;
  before(async () => {
    shop = await startShop({ now: () => new Date('2026-01-02T03:04:05Z') });
  });
  after(() => shop.stop());

  const FIRST = '9007199254740993';
  const stamp = async (id: string) =>
    (await shop.sql(`SELECT prd_upd FROM tbl_prod WHERE prd_id = ${id}`))[0]!.prd_upd;

  it('adds a product above the seeded ids and answers its detail', async () => {
    const body = {
      sku: 'NEW-1',
      name: 'Ölkännchen “œuvre” 5 €',
      price: '12.5',
      listPrice: '19.9',
      categoryIds: [3, 17],
      status: 'preview',
      attributes: { größe: '✓', n: 1 },
      weight: 0.25,
      releaseDate: 20240229,
    };
    const { status, json } = await shop.send('POST', '/api/products', body);
    expect(status).to.equal(201);
    expect(BigInt(json.ID) > BigInt(FIRST)).to.equal(true);
    expect(json).to.deep.include({
      Name: body.name,
      price: '12.50',
      listPrice: '19.9000',
      categoryIds: [3, 17],
      status: 'preview',
      attributes: body.attributes,
      stock: 0,
    });
    expect((await shop.get(`/api/products/${json.ID}`)).json).to.deep.equal(json);
    const [row] = await shop.sql("SELECT prd_attr, cat_ids, prd_prc FROM tbl_prod WHERE prd_sku = 'NEW-1'");
    expect(row).to.include({ cat_ids: '3,17', prd_prc: 1250 });
    expect(row!.prd_attr).to.equal('{"gr\\u00f6\\u00dfe":"\\u2713","n":1}');
  });

  it('stores what latin1 cannot hold as question marks', async () => {
    const { json } = await shop.send('POST', '/api/products', { sku: 'NEW-2', name: '日本 Tee', price: '1' });
    expect(json.Name).to.equal('?? Tee');
  });

  it('refuses a taken SKU, in any case', async () => {
    const { status, json } = await shop.send('POST', '/api/products', {
      sku: 'sku-0000001',
      name: 'x',
      price: '1',
    });
    expect(status).to.equal(409);
    expect(json).to.deep.equal({ error: { code: 'PRD_DUP', msg: 'SKU exists' } });
  });

  it('refuses wrong fields with 400 and a capital Error', async () => {
    const good = { sku: 'NEW-3', name: 'x', price: '1' };
    const wrong: [object, string][] = [
      [{ sku: undefined }, 'sku is missing'],
      [{ name: 'x'.repeat(121) }, 'name is invalid'],
      [{ price: 12.5 }, 'price is invalid'],
      [{ price: '-1' }, 'price is invalid'],
      [{ categoryIds: '3,17' }, 'categoryIds is invalid'],
      [{ status: 'A' }, 'status is invalid'],
      [{ isActive: true }, 'isActive is invalid'],
      [{ releaseDate: 20230229 }, 'releaseDate is invalid'],
      [{ attributes: [] }, 'attributes is invalid'],
      [{ weight: '1' }, 'weight is invalid'],
    ];
    for (const [change, message] of wrong) {
      const { status, json } = await shop.send('POST', '/api/products', { ...good, ...change });
      expect({ status, json }).to.deep.equal({ status: 400, json: { Error: message } });
    }
    const broken = await fetch(`${shop.url}/api/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{bad',
    });
    expect({ status: broken.status, json: await broken.json() }).to.deep.equal({
      status: 400,
      json: { Error: 'bad request' },
    });
  });

  it('changes a price in cents, logs it in the table without a key, and stamps the row', async () => {
    const before = await stamp(FIRST);
    const { json: old } = await shop.get(`/api/products/${FIRST}`);
    const { status, json } = await shop.send('PUT', `/api/products/${FIRST}/price`, { prc: 4200 });
    expect(status).to.equal(200);
    expect(json.price).to.equal('42.00');
    expect(json.grossPrice).to.equal('49.98');
    expect(await stamp(FIRST)).to.not.equal(before);
    const log = await shop.sql('SELECT * FROM tbl_prc_log');
    expect(log).to.deep.equal([
      { prd_id: FIRST, old_prc: Math.round(Number(old.price) * 100), new_prc: 4200, chg_ts: 1767323045 },
    ]);
    expect((await shop.send('PUT', '/api/products/5/price', { prc: 1 })).json.error.code).to.equal('PRD_404');
    expect((await shop.send('PUT', `/api/products/${FIRST}/price`, { prc: '42.00' })).status).to.equal(400);
  });

  it('patches some fields, ignores price, refuses an empty patch', async () => {
    const [row] = await shop.sql(
      `SELECT prd_id FROM tbl_prod WHERE prd_del = 'N' AND prd_id > ${FIRST} LIMIT 1`,
    );
    const path = `/api/products/${row!.prd_id}`;
    const { json: before } = await shop.get(path);
    const { json } = await shop.send('PATCH', path, {
      name: 'Neu',
      isActive: 'N',
      price: '1.00',
      weight: null,
    });
    expect(json).to.deep.equal({
      ...before,
      Name: 'Neu',
      isActive: 'N',
      weight: null,
      Last_Update: json.Last_Update,
    });
    expect(json.Last_Update).to.not.equal(before.Last_Update);
    expect((await shop.send('PATCH', path, { price: '1.00' })).json).to.deep.equal({
      Error: 'nothing to change',
    });
    expect((await shop.send('PATCH', '/api/products/5', { name: 'x' })).json.error.code).to.equal('PRD_404');
  });

  it('deletes softly, and for good with purge, cascading to the stock', async () => {
    const [live] = await shop.sql("SELECT MAX(prd_id) id FROM tbl_prod WHERE prd_del = 'N'");
    const id = String(live!.id);
    expect((await shop.send('DELETE', `/api/products/${id}`)).json).to.deep.equal({ ok: 'Y' });
    expect(await shop.sql(`SELECT prd_del FROM tbl_prod WHERE prd_id = ${id}`)).to.deep.equal([
      { prd_del: 'Y' },
    ]);
    const again = await shop.send('DELETE', `/api/products/${id}`);
    expect({ status: again.status, code: again.json.error.code }).to.deep.equal({
      status: 200,
      code: 'PRD_404',
    });
    await run(shop.db, "REPLACE INTO tbl_inv (prd_id, wh_cd, qty) VALUES (?, 'H1', 3)", [BigInt(id)]);
    expect((await shop.send('DELETE', `/api/products/${id}?purge=Y`)).json).to.deep.equal({
      ok: 'Y',
      purged: 'Y',
    });
    expect(await shop.sql(`SELECT * FROM tbl_prod WHERE prd_id = ${id}`)).to.deep.equal([]);
    expect(await shop.sql(`SELECT * FROM tbl_inv WHERE prd_id = ${id}`)).to.deep.equal([]);
  });

  it('gives and adjusts stock', async () => {
    const { json: before } = await shop.get(`/api/inventory/${FIRST}`);
    const { json: after } = await shop.send('POST', `/api/inventory/${FIRST}/adjust`, { wh: 'H1', delta: 7 });
    expect(after.Total).to.equal(before.Total + 7);
    expect(after.Warehouses[0]).to.include({ wh: 'H1', counted_at: 1767323045 });
    expect((await shop.get(`/api/products/${FIRST}`)).json.stock).to.equal(after.Total);
    const many = await shop.get(`/api/inventory?ids=5,${FIRST}`);
    expect(many.text).to.equal(`{"5":0,"${FIRST}":${after.Total}}`);
    const short = await shop.send('POST', `/api/inventory/${FIRST}/adjust`, { wh: 'H1', delta: -999_999 });
    expect(short.status).to.equal(409);
    expect((await shop.get(`/api/inventory/${FIRST}`)).json).to.deep.equal(after);
    expect((await shop.get('/api/inventory?ids=')).status).to.equal(400);
    expect((await shop.get('/api/inventory?ids=1,x')).json).to.deep.equal({ Error: 'ids is invalid' });
    expect((await shop.get('/api/inventory/5')).json.error.code).to.equal('PRD_404');
  });

  it('gives reference data, each list in another shape', async () => {
    const { json: countries } = await shop.get('/api/ref/countries');
    expect(countries.countries).to.deep.include({ code: 'JP', name: '日本', currency: 'JPY', eu: 'N' });
    const { json: currencies } = await shop.get('/api/ref/currencies');
    expect(currencies).to.deep.include({ CODE: 'PLN', NAME: 'Złoty', RATE: '4.315000', DIGITS: 2 });
    const { json: taxes } = await shop.get('/api/ref/tax-rates');
    expect(taxes.TaxRates).to.deep.include({ country: 'DE', taxClass: 'R', percent: '7.00', isDefault: 'N' });
    const { json: shipping } = await shop.get('/api/ref/shipping-methods');
    expect(shipping.shipping_methods).to.deep.include({
      code: 'DHL',
      name: 'DHL Päckchen',
      price: 490,
      countries: 'DE,AT',
    });
  });

  it('answers a failed statement with an HTML page and 500', async () => {
    await shop.sql('RENAME TABLE tbl_cur TO tbl_cur_away');
    const { status, headers, text } = await shop.get('/api/ref/currencies');
    await shop.sql('RENAME TABLE tbl_cur_away TO tbl_cur');
    expect(status).to.equal(500);
    expect(headers.get('content-type')).to.include('text/html');
    expect(text).to.include('Datenbankfehler').and.not.include('tbl_cur');
  });

  it('logs each request with the id it was given', async () => {
    await shop.get('/health?log=1', { 'x-request-id': 'abc-1' });
    const entry = shop.log.find((one) => one.url === '/health?log=1');
    expect(entry).to.include({ method: 'GET', status: 200, req_id: 'abc-1' });
    expect(entry!.ms).to.be.a('number');
  });
});
