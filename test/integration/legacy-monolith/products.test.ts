import { expect } from 'chai';
import { type RunningShop, startShop } from './running-shop.ts';

interface Item {
  prd_id: string;
  name: string;
  price: number;
  new_dt: number;
  cat_ids: string;
}

describe('legacy monolith: reading products', () => {
  let shop: RunningShop;
  before(async () => {
    shop = await startShop({ scale: 0.15 });
  });
  after(() => shop.stop());

  const FIRST = '9007199254740993';

  it('gives a product as the tables hold it, its id as a string beyond the doubles', async () => {
    const [row] = await shop.sql(`SELECT p.*, (SELECT SUM(qty) FROM tbl_inv i WHERE i.prd_id = p.prd_id) stock
      FROM tbl_prod p WHERE prd_id = ${FIRST}`);
    const { status, json } = await shop.get(`/api/products/${FIRST}`);
    expect(status).to.equal(200);
    expect(String(Number(FIRST))).to.not.equal(FIRST);
    expect(json).to.include({
      ID: FIRST,
      sku: 'SKU-0000001',
      Name: row!.prd_nm,
      price: (Number(row!.prd_prc) / 100).toFixed(2),
      listPrice: row!.prd_lst_prc,
      isActive: row!.prd_act,
      releaseDate: row!.prd_new_dt,
      Last_Update: '0000-00-00 00:00:00.000000',
      weight: row!.prd_wgt,
      stock: Number(row!.stock),
      taxRate: '19.00',
      country: 'DE',
    });
    expect(json.categoryIds.join(',')).to.equal(row!.cat_ids);
    expect(json.attributes).to.deep.equal(JSON.parse(String(row!.prd_attr)));
  });

  it('answers the same bytes twice', async () => {
    const first = await shop.get(`/api/products/${FIRST}`);
    const second = await shop.get(`/api/products/${FIRST}`);
    expect(second.text).to.equal(first.text);
    expect(first.headers.get('etag')).to.equal(null);
    expect(first.headers.get('x-powered-by')).to.equal(null);
  });

  it('keeps the names of a latin1 table readable', async () => {
    const names = (await shop.sql("SELECT prd_id, prd_nm FROM tbl_prod WHERE prd_del = 'N'")) as {
      prd_id: string;
      prd_nm: string;
    }[];
    for (const letter of ['é', 'ü', '€', 'œ', '“']) {
      const found = names.find((row) => row.prd_nm.includes(letter));
      const { json } = await shop.get(`/api/products/${found!.prd_id}`);
      expect(json.Name).to.equal(found!.prd_nm);
    }
    const [charset] = await shop.sql(
      "SELECT ccsa.character_set_name c FROM information_schema.tables t JOIN information_schema.collation_character_set_applicability ccsa ON ccsa.collation_name = t.table_collation WHERE t.table_schema = DATABASE() AND t.table_name = 'tbl_prod' LIMIT 1",
    );
    expect(charset!.c).to.equal('latin1');
  });

  it('adds the default tax of the country, of Germany for an unknown one', async () => {
    const { json: germany } = await shop.get(`/api/products/${FIRST}`);
    const { json: switzerland } = await shop.get(`/api/products/${FIRST}?country=ch`);
    const { json: nowhere } = await shop.get(`/api/products/${FIRST}?country=XX`);
    const net = Math.round(Number(germany.price) * 100);
    const withTax = (hundredths: number) =>
      (Math.floor((net * (10_000 + hundredths) + 5000) / 10_000) / 100).toFixed(2);
    expect(germany.grossPrice).to.equal(withTax(1900));
    expect(switzerland).to.include({ grossPrice: withTax(810), taxRate: '8.10', country: 'CH' });
    expect(nowhere).to.deep.equal(germany);
  });

  it('says not found with status 200', async () => {
    for (const id of [
      '5',
      'abc',
      '0',
      '-1',
      '09007199254740993',
      '99999999999999999999',
      '9007199254740993.0',
    ]) {
      const { status, json } = await shop.get(`/api/products/${id}`);
      expect(status, id).to.equal(200);
      expect(json, id).to.deep.equal({ error: { code: 'PRD_404', msg: 'Product not found' } });
    }
  });

  it('does not take a neighbour for an id that a double cannot tell apart', async () => {
    const even = '9007199254740994';
    const { json } = await shop.get(`/api/products/${even}`);
    expect(json.ID).to.equal(even);
  });

  it('hides soft-deleted products, shows inactive ones in the detail only', async () => {
    const [deleted] = await shop.sql("SELECT prd_id FROM tbl_prod WHERE prd_del = 'Y' LIMIT 1");
    const [inactive] = await shop.sql(
      "SELECT prd_id, prd_sku FROM tbl_prod WHERE prd_act = 'N' AND prd_del = 'N' LIMIT 1",
    );
    expect((await shop.get(`/api/products/${deleted!.prd_id}`)).json.error.code).to.equal('PRD_404');
    expect((await shop.get(`/api/products/${inactive!.prd_id}`)).json.isActive).to.equal('N');
    expect((await shop.get(`/api/search?q=${inactive!.prd_sku}`)).json.FOUND).to.equal(0);
  });

  it('finds a SKU whatever its case', async () => {
    const { json } = await shop.get('/api/products/by-sku/sku-0000001');
    expect(json.ID).to.equal(FIRST);
    expect((await shop.get('/api/products/by-sku/%E6%97%A5')).json.error.code).to.equal('PRD_404');
  });

  it('lists pages counted from 1, money in cents, keys in snake case', async () => {
    const [count] = await shop.sql("SELECT COUNT(*) n FROM tbl_prod WHERE prd_del = 'N' AND prd_act = 'Y'");
    const total = Number(count!.n);
    const { json } = await shop.get('/api/products?per_page=7');
    expect(json).to.include({ page: 1, per_page: 7, total, total_pages: Math.ceil(total / 7) });
    const [item] = json.items;
    const { json: detail } = await shop.get(`/api/products/${item.prd_id}`);
    expect(item.price).to.equal(Math.round(Number(detail.price) * 100));
    expect(item.gross_price).to.equal(Math.round(Number(detail.grossPrice) * 100));
    expect(item.active).to.equal(1);
    expect(item.status).to.match(/^[ADP]$/);
    const { json: second } = await shop.get('/api/products?per_page=7&page=2');
    expect(second.items[0].prd_id).to.not.equal(item.prd_id);
  });

  it('reads sloppy numbers as it always has', async () => {
    const page = async (query: string) => (await shop.get(`/api/products?${query}`)).json;
    expect(await page('page=0&per_page=1000')).to.include({ page: 1, per_page: 100 });
    expect(await page('page=x&per_page=-3')).to.include({ page: 1, per_page: 20 });
    expect(await page('page=2abc')).to.include({ page: 2 });
    expect(await page('page=2&page=3')).to.include({ page: 2 });
    expect((await page('page=100000')).items).to.deep.equal([]);
  });

  it('filters by one of the comma-separated category ids', async () => {
    const { json } = await shop.get('/api/products?category=3&per_page=100');
    expect(json.items).to.not.have.length(0);
    for (const item of json.items as Item[]) expect(item.cat_ids.split(',')).to.include('3');
  });

  it('sorts with the id as tie-breaker', async () => {
    const list = async (sort: string) =>
      (await shop.get(`/api/products?per_page=100&sort=${sort}`)).json.items as Item[];
    const byPrice = await list('price');
    expect(byPrice).to.deep.equal(
      byPrice.toSorted((a, b) => a.price - b.price || (a.prd_id < b.prd_id ? -1 : 1)),
    );
    const newest = await list('newest');
    expect(newest).to.deep.equal(
      newest.toSorted((a, b) => b.new_dt - a.new_dt || (a.prd_id < b.prd_id ? -1 : 1)),
    );
    const ids = (await list('nonsense')).map((item) => item.prd_id);
    expect(ids).to.deep.equal(ids.toSorted());
  });

  it('sorts names as Swedes do: ü with y, å after z', async () => {
    const names = ['Zebra', 'Åre', 'Übel', 'Yacht', 'Ulm', 'ulm'];
    for (const [i, name] of names.entries()) {
      await shop.send('POST', '/api/products', { sku: `SORT-${i}`, name, price: '1', categoryIds: [999] });
    }
    const { json } = await shop.get('/api/products?category=999&sort=name');
    const sorted = json.items.map((item: Item) => item.name);
    expect(sorted).to.deep.equal(['Ulm', 'ulm', 'Yacht', 'Übel', 'Zebra', 'Åre']);
  });

  it('searches pages counted from 0, without regard to case and accents, in upper-case keys', async () => {
    const { json } = await shop.get('/api/search?q=CAFE');
    expect(json).to.include({ QUERY: 'CAFE', START: 0 });
    expect(json.FOUND).to.be.greaterThan(25);
    expect(json.HITS).to.have.length(25);
    expect(json.HITS[0].NAME).to.include('Café');
    expect(json.HITS[0].PRICE).to.match(/^\d+\.\d\d$/);
    const { json: next } = await shop.get('/api/search?q=CAFE&start=1');
    expect(next.START).to.equal(1);
    expect(next.HITS[0].ID).to.not.equal(json.HITS[0].ID);
  });

  it('takes wildcards, quotes and foreign letters of a search literally', async () => {
    for (const q of ['%', '_', "' OR 1=1 -- ", '\\', '日本']) {
      const { status, json } = await shop.get(`/api/search?q=${encodeURIComponent(q)}`);
      expect(status, q).to.equal(200);
      expect(json.FOUND, q).to.equal(0);
    }
    expect((await shop.get("/api/search?q=O'Neill")).json.FOUND).to.be.greaterThan(0);
    expect((await shop.get('/api/search')).json).to.deep.equal({ QUERY: '', START: 0, FOUND: 0, HITS: [] });
  });

  it('gives the tree of visible categories and one category', async () => {
    const { json } = await shop.get('/api/categories');
    expect(json.Categories).to.have.length(8);
    expect(json.Categories.map((c: { sort: number }) => c.sort)).to.deep.equal([
      10, 20, 30, 40, 50, 60, 70, 80,
    ]);
    const fashion = json.Categories.find((c: { Name: string }) => c.Name === 'Mode');
    expect(fashion.children).to.have.length(4);
    const [hidden] = await shop.sql("SELECT cat_id FROM tbl_cat WHERE cat_vis = 'N'");
    const { json: detail } = await shop.get(`/api/categories/${hidden!.cat_id}`);
    expect(detail).to.include({ cat_nm: "Mode: Pour l'été", parentId: fashion.id, Visible: 'N' });
    const { json: three } = await shop.get('/api/categories/3');
    expect(three.Product_Count).to.equal((await shop.get('/api/products?category=3')).json.total);
    const { status, json: missing } = await shop.get('/api/categories/999');
    expect({ status, code: missing.error.code }).to.deep.equal({ status: 200, code: 'CAT_404' });
  });
});
