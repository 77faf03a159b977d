import { expect } from 'chai';
import fc from 'fast-check';
import { categoryTree } from '../../../new-services/catalog/categories/presentation.ts';
import { shopRefusal } from '../../../new-services/catalog/legacy/shop-gateway.ts';
import { leadingInteger, productId } from '../../../new-services/catalog/parameters.ts';
import { centsOf, decimalOf, grossCents } from '../../../new-services/catalog/products/money.ts';

describe('the catalog’s money', () => {
  it('is the same in cents and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 99_999_999 }), (cents) => {
        expect(centsOf(decimalOf(cents))).to.equal(cents);
        expect(decimalOf(cents)).to.match(/^-?\d+\.\d\d$/);
      }),
    );
  });

  it('rounds tax half a cent up; with the bug, down', () => {
    expect(grossCents(50, '19.00', null)).to.equal(60);
    expect(grossCents(50, '19.00', 'rounding')).to.equal(59);
    expect(grossCents(100, '19.00', 'rounding')).to.equal(119);
  });
});

describe('the catalog’s parameters', () => {
  it('takes a product id in its one spelling only', () => {
    expect(productId('18446744073709551615')).to.equal(18446744073709551615n);
    for (const text of ['18446744073709551616', '0', '01', '-1', '1.0', 'x', '']) {
      expect(productId(text), text).to.equal(undefined);
    }
  });

  it('reads the number that a text starts with', () => {
    expect(['12abc', ' 7', '-3', 'x', '', '1e3', '9'.repeat(40)].map(leadingInteger)).to.deep.equal([
      12,
      7,
      -3,
      undefined,
      undefined,
      1,
      undefined,
    ]);
  });
});

describe('the catalog’s view of the monolith’s errors', () => {
  it('knows all three spellings, and that an answer is none', () => {
    const read = (status: number, body: unknown) => shopRefusal({ status, body });
    expect(read(200, { error: { code: 'PRD_404', msg: 'gone' } })).to.deep.equal({
      code: 'PRD_404',
      message: 'gone',
    });
    expect(read(400, { Error: 'ids is invalid' })).to.deep.equal({
      code: 'HTTP_400',
      message: 'ids is invalid',
    });
    expect(read(404, { ERR: 'no such endpoint' })).to.deep.equal({
      code: 'HTTP_404',
      message: 'no such endpoint',
    });
    expect(read(200, { '9007199254740993': 5 })).to.equal(undefined);
    expect(read(500, undefined)).to.equal(undefined);
  });
});

describe('the catalog’s category tree', () => {
  it('leaves out what hangs on a category that is not shown', () => {
    const category = (id: number, parentId: number | null) => ({
      id,
      parentId,
      name: `c${id}`,
      sortOrder: 0,
      visible: true,
    });
    const tree = categoryTree([category(1, null), category(2, 1), category(3, 99)]);
    expect(tree).to.deep.equal([
      { id: 1, Name: 'c1', sort: 0, children: [{ id: 2, Name: 'c2', sort: 0, children: [] }] },
    ]);
  });
});
