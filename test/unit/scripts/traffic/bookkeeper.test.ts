import { expect } from 'chai';
import { createBookkeeper } from '../../../../scripts/traffic/bookkeeper.ts';
import { createLedger } from '../../../../scripts/traffic/ledger.ts';
import { createStats } from '../../../../scripts/traffic/stats.ts';

function books() {
  const ledger = createLedger();
  const stats = createStats();
  const known = { seeded: ['1'], added: [] as string[] };
  return { ledger, stats, known, book: createBookkeeper({ ledger, stats, known }) };
}

const read = { kind: 'read-product', id: '1' } as const;

describe('the bookkeeper', () => {
  it('books an acknowledged price, and finds nothing wrong with a read that shows it', () => {
    const { ledger, stats, book } = books();
    expect(book({ kind: 'change-price', id: '1', cents: 1_205 }, { ID: '1' }, undefined, 1_000)).to.equal(
      undefined,
    );
    expect(ledger.entries()).to.deep.equal([{ id: '1', cents: 1_205, deleted: false, at: 1_000 }]);
    expect(book(read, { price: '12.05' }, ledger.settledPrice('1'), 60_000)).to.equal(undefined);
    expect(stats.read()).to.include({ stale: 0, acknowledgedWrites: 1 });
  });

  it('counts an older price within the grace as stale, not as failed', () => {
    const { ledger, stats, book } = books();
    ledger.acknowledge('1', { cents: 1_205 }, 1_000);
    expect(book(read, { price: '9.00' }, ledger.settledPrice('1'), 5_999)).to.equal(undefined);
    expect(stats.read().stale).to.equal(1);
  });

  it('calls it a failure when the grace is over', () => {
    const { ledger, stats, book } = books();
    ledger.acknowledge('1', { cents: 1_205 }, 1_000);
    const failure = book(read, { price: '9.00' }, ledger.settledPrice('1'), 6_000);
    expect(failure).to.equal('product 1 shows "9.00", 1205 cents were acknowledged 5000 ms ago');
    expect(stats.read().stale).to.equal(1);
  });

  it('does not judge a read that a write overlapped', () => {
    const { ledger, stats, book } = books();
    ledger.acknowledge('1', { cents: 1_205 }, 1_000);
    const before = ledger.settledPrice('1');
    ledger.begin('1');
    expect(book(read, { price: '9.00' }, before, 60_000), 'a write under way').to.equal(undefined);
    ledger.acknowledge('1', { cents: 900 }, 50_000);
    ledger.end('1');
    expect(book(read, { price: '9.00' }, before, 60_000), 'a write that ended').to.equal(undefined);
    expect(stats.read().stale).to.equal(0);
  });

  it('does not judge a product whose last write has an unknown outcome', () => {
    const { ledger, book } = books();
    ledger.acknowledge('1', { cents: 1_205 }, 1_000);
    const before = ledger.settledPrice('1');
    ledger.forget('1');
    expect(book(read, { price: '9.00' }, before, 60_000)).to.equal(undefined);
  });

  it('knows what was added until it is deleted', () => {
    const { ledger, known, book } = books();
    book({ kind: 'add-product', sku: 'S', name: 'N', cents: 500 }, { ID: '77' }, undefined, 10);
    expect(known.added).to.deep.equal(['77']);
    book({ kind: 'delete-product', id: '77' }, { ok: 'Y' }, undefined, 20);
    expect(known.added).to.deep.equal([]);
    expect(ledger.entries()).to.deep.equal([{ id: '77', cents: 500, deleted: true, at: 20 }]);
  });

  it('takes "not found" as the end of a product that another shopper deleted', () => {
    const { ledger, book } = books();
    const gone = { error: { code: 'PRD_404', msg: 'Product not found' } };
    expect(book({ kind: 'delete-product', id: '77' }, gone, undefined, 20)).to.equal(undefined);
    expect(ledger.entries()[0]).to.include({ id: '77', deleted: true });
  });

  describe('takes an error page with status 200 as a failure', () => {
    const page = { error: { code: 'DB', msg: 'no connection' } };
    const cases = {
      'for a price change': { kind: 'change-price', id: '1', cents: 5 },
      'for a deletion': { kind: 'delete-product', id: '77' },
      'for a new product': { kind: 'add-product', sku: 'S', name: 'N', cents: 500 },
      'for a product that nobody deletes': read,
      'for a list': { kind: 'list-products', page: 1, sort: '' },
      'for a search': { kind: 'search', q: 'x' },
    } as const;
    for (const [what, action] of Object.entries(cases))
      it(what, () => {
        const { ledger, known, stats, book } = books();
        expect(book(action, page, undefined, 10)).to.contain('no connection');
        expect(ledger.entries()).to.deep.equal([]);
        expect(known.added).to.deep.equal([]);
        expect(stats.read().acknowledgedWrites).to.equal(0);
      });
  });

  it('does not wonder at a read of an added product that is gone, or not yet there', () => {
    const { book } = books();
    const gone = { error: { code: 'PRD_404', msg: 'Product not found' } };
    expect(book({ kind: 'read-product', id: '77' }, gone, undefined, 10)).to.equal(undefined);
  });
});
