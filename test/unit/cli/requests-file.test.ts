import { expect } from 'chai';
import fc from 'fast-check';
import { KitError } from '../../../chassis/errors.ts';
import { parseRequests } from '../../../cli/requests-file.ts';

function refused(text: string): KitError {
  try {
    parseRequests(text, 'r.txt');
  } catch (error) {
    if (error instanceof KitError) return error;
    throw error;
  }
  throw new Error(`expected a refusal of ${text}`);
}

describe('a file of requests', () => {
  it('has plain lines and JSON lines; empty ones and comments are passed over', () => {
    const text = [
      '# recorded on a Monday',
      'GET /api/products/1',
      '',
      '  GET /api/search?q=a%20b  \r',
      '{"path":"/api/products"}',
      '{"method":"POST","path":"/api/cart","headers":{"x-user-id":"7"}}',
    ].join('\n');
    expect(parseRequests(text, 'r.txt')).to.deep.equal([
      { method: 'GET', path: '/api/products/1', headers: {} },
      { method: 'GET', path: '/api/search?q=a%20b', headers: {} },
      { method: 'GET', path: '/api/products', headers: {} },
      { method: 'POST', path: '/api/cart', headers: { 'x-user-id': '7' } },
    ]);
  });

  it('may begin with a byte order mark', () => {
    expect(parseRequests('\uFEFFGET /a', 'r.txt')).to.have.length(1);
  });

  for (const line of [
    'api/products',
    'GET',
    'GET api/products',
    'get /api/products',
    'GET /a b',
    'GET http://elsewhere/a',
    '{"path":5}',
    '{"path":["/a"]}',
    '{"method":["GET"],"path":"/a"}',
    '{"method":"GET"}',
    '{"path":"/a","headers":null}',
    '{"path":"/a","headers":"x"}',
    '{"path":"/a","headers":["x"]}',
    '{"path":"/a","headers":{"x":5}}',
    '{"path":"/a"',
  ])
    it(`is refused with its line when it has: ${line}`, () => {
      const error = refused(`GET /ok\n\n${line}\n`);
      expect(error).to.include({ code: 'REQUESTS_UNREADABLE', exit: 2 });
      expect(error.message).to.contain('r.txt, line 3').and.contain(line);
    });

  it('gives back what was written, whatever the path', () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST'),
      path: fc.webPath({ size: 'small' }).map((path) => path || '/'),
      headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 5 }), (requests) => {
        const text = requests.map((one) => JSON.stringify(one)).join('\n');
        expect(parseRequests(text, 'r.txt')).to.deep.equal(
          requests.map(({ method, path, headers }) => ({ method, path, headers: { ...headers } })),
        );
      }),
    );
  });
});
