import { expect } from 'chai';
import { createLedger } from '../../../../scripts/traffic/ledger.ts';

describe('the ledger of acknowledged writes', () => {
  it('takes a product for one write at a time', () => {
    const ledger = createLedger();
    expect(ledger.begin('1')).to.equal(true);
    expect(ledger.begin('1')).to.equal(false);
    expect(ledger.begin('2')).to.equal(true);
    ledger.end('1');
    expect(ledger.begin('1')).to.equal(true);
  });

  it('keeps the last acknowledged state of each product', () => {
    const ledger = createLedger();
    ledger.acknowledge('1', { cents: 100 }, 10);
    ledger.acknowledge('1', { cents: 250 }, 20);
    ledger.acknowledge('2', { cents: 300 }, 30);
    ledger.acknowledge('2', { deleted: true }, 40);
    expect(ledger.entries()).to.deep.equal([
      { id: '1', cents: 250, deleted: false, at: 20 },
      { id: '2', cents: 300, deleted: true, at: 40 },
    ]);
  });

  it('has a settled price only while nothing is being written', () => {
    const ledger = createLedger();
    expect(ledger.settledPrice('1')).to.equal(undefined);
    ledger.acknowledge('1', { cents: 100 }, 10);
    expect(ledger.settledPrice('1')).to.include({ cents: 100, at: 10 });
    ledger.begin('1');
    expect(ledger.settledPrice('1')).to.equal(undefined);
    ledger.end('1');
    expect(ledger.settledPrice('1')).to.include({ cents: 100 });
  });

  it('has no price of a deleted product', () => {
    const ledger = createLedger();
    ledger.acknowledge('1', { deleted: true }, 10);
    expect(ledger.settledPrice('1')).to.equal(undefined);
  });

  it('judges a product no longer once the outcome of a write to it is unknown', () => {
    const ledger = createLedger();
    ledger.acknowledge('1', { cents: 100 }, 10);
    ledger.forget('1');
    ledger.acknowledge('1', { cents: 200 }, 20);
    expect(ledger.settledPrice('1')).to.equal(undefined);
    expect(ledger.entries()).to.deep.equal([]);
  });
});
