import { expect } from 'chai';
import { type RunningShop, startShop } from '../legacy-monolith/running-shop.ts';
import { type RunningCatalog, startCatalogOn } from './filled-catalog.ts';

const COMPARED = ['content-type', 'content-length', 'etag', 'cache-control', 'location', 'x-powered-by'];

describe('the catalog answers as the monolith does, byte for byte', function () {
  this.timeout(60_000);
  let shop: RunningShop;
  let catalog: RunningCatalog;
  let products: { id: string; sku: string }[];

  before(async () => {
    shop = await startShop({ scale: 0.1 });
    // What the seed does not hold and the monolith's own API can write.
    for (const [name, categoryIds] of [
      ['Ångström 100% _x_ \\y', [1, 9999]],
      ['ß ü y ö o', []],
    ] as const) {
      const body = {
        sku: `T.${categoryIds.length}`,
        name,
        price: '0.01',
        categoryIds,
        attributes: { ü: 1e21 },
      };
      expect((await shop.send('POST', '/api/products', body)).status).to.equal(201);
    }
    catalog = await startCatalogOn(shop);
    products = (await shop.sql(
      'SELECT CAST(prd_id AS CHAR) id, prd_sku sku FROM tbl_prod',
    )) as typeof products;
  });
  after(async () => {
    await catalog?.stop();
    await shop?.stop();
  });

  async function same(path: string, method = 'GET'): Promise<string> {
    const [old, fresh] = await Promise.all(
      [shop.url, catalog.url].map(async (url) => {
        const answer = await fetch(url + path, { method, redirect: 'manual' });
        const headers = COMPARED.map((name) => [name, answer.headers.get(name)]);
        return { status: answer.status, headers, text: await answer.text() };
      }),
    );
    expect(fresh, path).to.deep.equal(old);
    return fresh!.text;
  }

  it('for every product, deleted ones too, with every country', async () => {
    const countries = ['', 'DE', 'ch', 'fr ', 'XX', 'US', 'É', 'g%CC%81b', 'JP&country=DE'];
    expect(products.length).to.be.above(150);
    for (const [index, { id }] of products.entries()) {
      await same(`/api/products/${id}?country=${countries[index % countries.length]}`);
    }
    expect(await same(`/api/products/${products[0]!.id}`)).to.contain(`"ID":"${products[0]!.id}"`);
  });

  it('for SKUs in any case', async () => {
    for (const { sku } of products.slice(0, 20)) await same(`/api/products/by-sku/${sku.toLowerCase()}`);
    for (const sku of ['none', 'T.0', 'sku-0000001%20', '%E6%97%A5'])
      await same(`/api/products/by-sku/${sku}`);
  });

  it('for ids that name nothing', async () => {
    for (const id of [
      '0',
      '1',
      '007',
      'abc',
      '-1',
      '18446744073709551616',
      '9007199254740992',
      '%zz',
      '%00',
    ]) {
      await same(`/api/products/${id}`);
      await same(`/api/categories/${id}`);
    }
  });

  for (const sort of ['', 'price', 'name', 'newest', 'nonsense']) {
    it(`for every page of the list sorted by "${sort}"`, async () => {
      for (let page = 1; page <= 4; page++) await same(`/api/products?page=${page}&per_page=50&sort=${sort}`);
    });
  }

  it('for odd pages and filters', async () => {
    const queries = [
      '',
      'page=0',
      'page=-3&per_page=0',
      'page=2abc&per_page=7x',
      'page=999999999999',
      'per_page=1000',
      'page=1&page=2',
      'category=3&sort=name',
      'category=3abc&country=CH',
      'category=9999',
      'category=0',
      'category=-1',
      'category=x',
      'category=3.9',
      'page[]=2',
    ];
    for (const query of queries) await same(`/api/products?${query}`);
  });

  it('for searches', async () => {
    const words = [
      'café',
      'CAFE',
      'muller',
      'Müller',
      'sku-00000',
      '%',
      '_x_',
      '\\',
      '€',
      '“Š',
      '日本',
      ' stuhl ',
      "o'n",
    ];
    for (const word of words) {
      for (const start of ['', '0', '1', '-1', '2x', '99999999999']) {
        await same(`/api/search?q=${encodeURIComponent(word)}&start=${start}`);
      }
    }
    for (const query of ['', '?q=', '?q=%20', `?q=${'a'.repeat(300)}`, '?q=a&q=b'])
      await same(`/api/search${query}`);
  });

  it('for categories', async () => {
    await same('/api/categories');
    for (let id = 1; id <= 50; id++) await same(`/api/categories/${id}`);
  });

  it('for HEAD and for paths that neither has', async () => {
    await same(`/api/products/${products[0]!.id}`, 'HEAD');
    await same('/api/nothing');
  });

  it('but differs in some gross prices while the bug is planted, and nowhere else', async () => {
    const gross = async (url: string) => {
      const answer = await fetch(`${url}/api/products?per_page=100`);
      const { items } = (await answer.json()) as { items: { gross_price: number }[] };
      return items.map((item) => item.gross_price);
    };
    const put = (bug: unknown) =>
      fetch(`${catalog.url}/demo/bug`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ bug }),
      });
    const right = await gross(shop.url);
    expect(await (await put('rounding')).json()).to.deep.equal({ bug: 'rounding' });
    const wrong = (await gross(catalog.url)).filter((price, index) => price !== right[index]);
    expect(wrong.length).to.be.within(20, 80);
    expect((await put('other')).status).to.equal(400);
    await put(null);
    expect(await gross(catalog.url)).to.deep.equal(right);
  });
});
