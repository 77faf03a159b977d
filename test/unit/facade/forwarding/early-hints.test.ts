import { expect } from 'chai';
import fc from 'fast-check';
import { linksOf } from '../../../../facade/forwarding/early-hints.ts';

describe('The links of a 103', () => {
  it('are taken apart at commas, but not inside an address or quotes', () => {
    expect(linksOf('</a>; rel=preload; as=style, </b,c>; title="d, e",</f>')).to.deep.equal([
      '</a>; rel=preload; as=style',
      '</b,c>; title="d, e"',
      '</f>',
    ]);
    expect(linksOf(['</a>', '</b>, </c>'])).to.deep.equal(['</a>', '</b>', '</c>']);
    expect(linksOf(' , ')).to.deep.equal([]);
  });

  it('come out as they were put together', () => {
    const part = fc.stringMatching(/^[a-z,;/ ]*$/);
    const link = fc.tuple(part, part).map(([address, title]) => `<${address}>; title="${title}"`);
    fc.assert(
      fc.property(fc.array(link), (links) => {
        expect(linksOf(links.join(', '))).to.deep.equal(links);
        expect(linksOf(links)).to.deep.equal(links);
      }),
    );
  });
});
