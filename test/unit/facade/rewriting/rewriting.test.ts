import { expect } from 'chai';
import fc from 'fast-check';
import { rewriteSchema } from '../../../../chassis/config/schema/rewrite.ts';
import type { AnswerHead } from '../../../../facade/forwarding/forwarder.ts';
import { cookieRules, rewriteCookie } from '../../../../facade/rewriting/cookie-attributes.ts';
import { replacePrefix } from '../../../../facade/rewriting/path-prefix.ts';
import { compileRewrite } from '../../../../facade/rewriting/rewrite.ts';
import { parseRequestTarget } from '../../../../facade/routing/request-target.ts';

const CLIENT = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' };

/** The rewriting of a config for the instance at a URL. */
function rewriteOf(config: object, url = 'http://catalog.internal:3001') {
  return compileRewrite(rewriteSchema.parse(config), url)!;
}

describe('a path prefix', () => {
  it('is replaced by whole segments only', () => {
    const replace = replacePrefix('/api', '/v2');
    expect(['/api', '/api/', '/api/a%2Cb', '/apis', '/', '/x/api'].map(replace)).to.deep.equal([
      '/v2',
      '/v2/',
      '/v2/a%2Cb',
      undefined,
      undefined,
      undefined,
    ]);
    expect(['/api', '/api/x'].map(replacePrefix('/api', ''))).to.deep.equal(['/', '/x']);
    expect(['/', '/x'].map(replacePrefix('', '/v2'))).to.deep.equal(['/v2/', '/v2/x']);
  });

  const segment = fc.stringMatching(/^[a-z0-9~_%.;-]{1,6}$/);
  const canonical = fc
    .array(segment, { maxLength: 4 })
    .map((parts) => parseRequestTarget(`/${parts.join('/')}`))
    .filter((parsed) => parsed.ok)
    .map(({ target }) => target.path);
  const prefix = fc.stringMatching(/^(\/[a-z0-9]{1,3}){1,2}$/);

  it('never leads out of the new one, and comes back to the same path', () => {
    fc.assert(
      fc.property(canonical, prefix, prefix, (rest, strip, add) => {
        const path = strip + rest;
        const there = replacePrefix(strip, add)(path)!;
        expect(new URL(there, 'http://h').pathname).to.match(new RegExp(`^${add}(/|$)`));
        expect(parseRequestTarget(there)).to.deep.equal({ ok: true, target: { path: there, query: '' } });
        expect(replacePrefix(add, strip)(there)).to.equal(path);
      }),
    );
  });
});

describe('the Location of an upstream', () => {
  const rewrite = rewriteOf({ path: { strip: '/api', add: '/v2' }, location: true });
  const told = (location: string, asked: object = CLIENT, of = rewrite) =>
    of.answerHeaders({ location }, { ...asked }).location;

  const examples: [string, string, string][] = [
    ['of its own origin', 'http://catalog.internal:3001/v2/a?b=c#d', 'https://shop.example/api/a?b=c#d'],
    ['in other letters', 'HTTP://Catalog.Internal:3001/v2/A', 'https://shop.example/api/A'],
    ['without a scheme', '//catalog.internal:3001/v2/a', 'https://shop.example/api/a'],
    ['without a path', 'http://catalog.internal:3001?x=1', 'https://shop.example/?x=1'],
    ['outside the prefix', 'http://catalog.internal:3001/login', 'https://shop.example/login'],
    ['from the root', '/v2/a?next=/v2/b', '/api/a?next=/v2/b'],
    ['from the root outside the prefix', '/v20/a', '/v20/a'],
    ['relative', '../a?b', '../a?b'],
    ["of the client's host", 'https://shop.example/v2/a', 'https://shop.example/api/a'],
    ['of another port', 'http://catalog.internal/v2/a', 'http://catalog.internal/v2/a'],
    [
      'of a name that begins alike',
      'http://catalog.internal:3001.evil/v2/a',
      'http://catalog.internal:3001.evil/v2/a',
    ],
    [
      'with a user before the host',
      'http://catalog.internal:3001@evil/v2',
      'http://catalog.internal:3001@evil/v2',
    ],
    ['of somewhere else', 'https://pay.example/v2/a', 'https://pay.example/v2/a'],
    ['that is empty', '', ''],
  ];
  for (const [name, location, expected] of examples) {
    it(`${name} is ${location === expected ? 'left alone' : 'rewritten'}`, () => {
      expect(told(location)).to.equal(expected);
    });
  }

  it('keeps a change of scheme, and has no origin where the client named no host', () => {
    const plain = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'shop.example' };
    const named = rewriteOf({ host: 'shop.internal', location: true });
    expect(told('https://shop.internal/a', plain, named)).to.equal('https://shop.example/a');
    expect(told('http://shop.internal/a', plain, named)).to.equal('http://shop.example/a');
    expect(told('http://shop.internal/a', {}, named)).to.equal('/a');
    const chain = { 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'shop.example, lb.internal' };
    expect(told('http://shop.internal/a', chain, named)).to.equal('https://shop.example/a');
  });

  it("turns the path of the upstream's own URL back too", () => {
    const based = rewriteOf({ location: true }, 'http://catalog.internal:3001/base/');
    expect(told('http://catalog.internal:3001/base/a', CLIENT, based)).to.equal('https://shop.example/a');
    expect(told('/base', CLIENT, based)).to.equal('/');
  });
});

describe('a cookie of an upstream', () => {
  const rules = cookieRules(
    { 'shop.internal': 'shop.example', '*': '' },
    { '/': '/app', '/v2': '/api', '/v2/deep': '/deep' },
  )!;
  const examples: [string, string][] = [
    ['a=b; Domain=shop.internal; Secure', 'a=b; Domain=shop.example; Secure'],
    ['a=b;domain=.SHOP.internal;HttpOnly', 'a=b;domain=shop.example;HttpOnly'],
    ['a=b; Domain=xshop.internal; Secure', 'a=b; Secure'],
    ['a=b; Domain=; Secure', 'a=b; Domain=; Secure'],
    [
      'a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=None; Path=/v2/x',
      'a=b; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=None; Path=/api/x',
    ],
    ['a=b; Path=/v2/deep', 'a=b; Path=/deep'],
    ['a=b; Path=/v20', 'a=b; Path=/app/v20'],
    ['a=b; Path=/', 'a=b; Path=/app'],
    ['domain=shop.internal; Secure', 'domain=shop.internal; Secure'],
    ['__Host-a=b; Secure; Path=/', '__Host-a=b; Secure; Path=/'],
  ];
  for (const [line, expected] of examples) {
    it(`${line} becomes ${expected}`, () => {
      expect(rewriteCookie(line, rules)).to.equal(expected);
    });
  }

  it('keeps its value and its other attributes, whatever they are', () => {
    const some = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(';', ''));
    const attribute = some.filter((text) => !/^\s*(domain|path)\s*=/i.test(text));
    fc.assert(
      fc.property(some, fc.array(attribute), (pair, attributes) => {
        const line = [pair, ...attributes].join(';');
        expect(rewriteCookie(line, rules)).to.equal(line);
      }),
    );
  });

  it('stays one of several', () => {
    const rewrite = rewriteOf({ cookieDomain: { '*': '' } });
    const head: AnswerHead = {
      statusCode: 200,
      rawHeaders: ['Set-Cookie', 'a=1; Domain=x', 'X-A', 'b', 'set-cookie', 'c=2'],
      headers: { 'set-cookie': ['a=1; Domain=x', 'c=2'], 'x-a': 'b' },
    };
    const { rawHeaders, headers } = rewrite.answer(head, {});
    expect(rawHeaders).to.deep.equal(['Set-Cookie', 'a=1', 'X-A', 'b', 'set-cookie', 'c=2']);
    expect(headers).to.deep.equal({ 'set-cookie': ['a=1', 'c=2'], 'x-a': 'b' });
  });
});

describe('what is rewritten', () => {
  it('is nothing where nothing is configured', () => {
    expect(rewriteOf({})).to.equal(undefined);
  });

  it('is told by sound prefixes, hosts and domains only', () => {
    const unsound = [
      { path: { strip: '/a/' } },
      { path: { strip: '/a/../b' } },
      { path: { add: 'v2' } },
      { path: { add: '/a?b' } },
      { path: {} },
      { host: 'http://h' },
      { cookieDomain: { 'a;b': 'c' } },
      { cookiePath: { '/a': 'b; Secure' } },
    ];
    for (const one of unsound)
      expect(rewriteSchema.safeParse(one).success, JSON.stringify(one)).to.equal(false);
    expect(rewriteSchema.safeParse({ path: { strip: '/.well-known' } }).success).to.equal(true);
  });
});
