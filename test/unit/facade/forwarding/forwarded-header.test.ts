import { expect } from 'chai';
import fc from 'fast-check';
import { forwardedHeader } from '../../../../facade/forwarding/forwarded-header.ts';

/** A Forwarded header read as RFC 7239, 4 has it: elements of name and value. */
function elements(header: string): Record<string, string>[] {
  const pair = /([a-z]+)=("(?:[^"\\]|\\.)*"|[!#$%&'*+.^_`|~0-9A-Za-z-]+)/y;
  const all: Record<string, string>[] = [{}];
  for (let at = 0; at < header.length; ) {
    pair.lastIndex = at;
    const [whole, name, value] = pair.exec(header) ?? expect.fail(`${header.slice(at)} is no pair`);
    all.at(-1)![name!] = value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, '$1') : value!;
    at += whole.length;
    if (header.startsWith(', ', at)) all.push({});
    at += header.startsWith(', ', at) ? 2 : 1;
  }
  return all;
}

describe('The Forwarded header', () => {
  const written = (hops: string, host: string | undefined = 'shop.test', proto = 'https') =>
    forwardedHeader({ hops, host, proto });

  it('has one element for each hop, and in the first what the client asked for', () => {
    expect(written('9.9.9.9, 10.0.0.1')).to.equal('for=9.9.9.9;host=shop.test;proto=https, for=10.0.0.1');
    expect(forwardedHeader({ hops: '9.9.9.9', host: undefined, proto: 'https' })).to.equal(
      'for=9.9.9.9;proto=https',
    );
    expect(written('9.9.9.9', 'a.test:81, b.test', 'https,http')).to.equal(
      'for=9.9.9.9;host="a.test:81";proto=https',
    );
  });

  it('puts addresses of IPv6 in brackets and quotes, and calls what is no address unknown', () => {
    const hops = ['2001:db8::1', '[2001:db8::1]:443', '10.0.0.1:80', 'evil";by=x', '', '10.0.0.1;by=x'];
    expect(elements(written(hops.join(', '))).map((one) => one.for)).to.deep.equal([
      ...['[2001:db8::1]', '[2001:db8::1]:443', '10.0.0.1:80', 'unknown', 'unknown', 'unknown'],
    ]);
  });

  it('cannot be broken out of by anything that a peer says', () => {
    const said = fc.string({ unit: fc.constantFrom(...'ab1:.[]";=, \\') });
    fc.assert(
      fc.property(said, said, said, (hops, host, proto) => {
        const read = elements(written(hops, host, proto));
        expect(read).to.have.length(hops.split(',').length);
        expect(Object.keys(read[0]!)).to.deep.equal(['for', 'host', 'proto']);
        for (const proxy of read.slice(1)) expect(Object.keys(proxy)).to.deep.equal(['for']);
      }),
    );
  });
});
