import { expect } from 'chai';
import { prefersHtml } from '../../../../facade/forwarding/prefers-html.ts';

describe('Who gets a page and not a problem document', () => {
  for (const [accept, page] of [
    [undefined, false],
    ['*/*', false],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['TEXT/HTML', true],
    ['text/html;q=0, application/problem+json', false],
    ['text/html; q=0', false],
    ['application/json, text/html', false],
    ['text/html, application/json', true],
    ['text/html;q=0.5, application/problem+json', false],
    ['application/json;q=0.5, text/html', true],
    ['application/json;q=0, text/html;q=0.1', true],
    ['text/html;level=1;Q=0.000', false],
    ['text/html;q=odd', true],
    ['text/htmlx', false],
    [';;,,=', false],
  ] as const) {
    it(`${accept}: ${page}`, () => {
      expect(prefersHtml(accept)).to.equal(page);
    });
  }
});
