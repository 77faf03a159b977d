import { expect } from 'chai';
import fc from 'fast-check';
import type { CorsConfig } from '../../../../chassis/config/schema/access.ts';
import { answerPreflight, corsHeaders, preflightMethod } from '../../../../facade/gateway/cors.ts';

const cors = (rest: Partial<CorsConfig> = {}): CorsConfig => ({
  ...{
    origins: ['https://shop.test'],
    methods: ['GET', 'PUT'],
    headers: ['X-Shop'],
    expose: ['x-request-id'],
  },
  ...{ credentials: false, maxAge: 600_000, ...rest },
});
const byName = (flat: readonly string[]) =>
  Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])));
const preflight = (headers: Record<string, string>, config = cors(), method = 'PUT') => {
  const { allowed, headers: sent } = answerPreflight(config, { method: 'OPTIONS', headers }, method);
  return { allowed, ...byName(sent) };
};
const answer = (origin: string | undefined, config = cors()) =>
  byName(corsHeaders(config, { headers: { origin } }));
const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

describe('CORS', () => {
  it('knows a preflight by its method, its origin and what it asks for', () => {
    const headers = { origin: 'https://shop.test', 'access-control-request-method': 'PUT' };
    expect(preflightMethod({ method: 'OPTIONS', headers })).to.equal('PUT');
    expect(preflightMethod({ method: 'GET', headers })).to.equal(undefined);
    expect(preflightMethod({ method: 'OPTIONS', headers: { origin: 'https://shop.test' } })).to.equal(
      undefined,
    );
    expect(
      preflightMethod({ method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } }),
    ).to.equal(undefined);
  });

  it('allows what is listed, and says for how long', () => {
    expect(
      preflight({ origin: 'https://shop.test', 'access-control-request-headers': 'x-shop, X-SHOP' }),
    ).to.deep.equal({
      allowed: true,
      'access-control-allow-origin': 'https://shop.test',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'X-Shop',
      'access-control-max-age': '600',
      vary: VARY,
    });
  });

  it('tells a page nothing whose origin, method or header is not listed', () => {
    const origin = 'https://shop.test';
    for (const [headers, method] of [
      [{ origin: 'https://elsewhere.test' }, 'PUT'],
      [{ origin: 'https://shop.test.elsewhere.test' }, 'PUT'],
      [{ origin: 'http://shop.test' }, 'PUT'],
      [{ origin: 'null' }, 'PUT'],
      [{ origin }, 'DELETE'],
      [{ origin }, 'put'],
      [{ origin, 'access-control-request-headers': 'x-shop, x-other' }, 'PUT'],
      [{ origin, 'access-control-request-headers': 'authorization' }, 'PUT'],
    ] as const)
      expect(preflight(headers, cors(), method), JSON.stringify(headers)).to.deep.equal({
        allowed: false,
        vary: VARY,
      });
  });

  it('takes the origin null only where it is listed', () => {
    expect(answer('null')).to.deep.equal({ vary: 'Origin' });
    expect(answer('null', cors({ origins: ['null'] }))['access-control-allow-origin']).to.equal('null');
  });

  it('names the origin in credentialed answers, and stars it only for everybody', () => {
    expect(answer('https://shop.test', cors({ credentials: true }))).to.deep.equal({
      vary: 'Origin',
      'access-control-allow-origin': 'https://shop.test',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-request-id',
    });
    expect(answer('https://any.test', cors({ origins: ['*'] }))).to.deep.equal({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'x-request-id',
    });
  });

  it('lets no cache hand the answer for one origin to another', () => {
    expect(answer(undefined)).to.deep.equal({ vary: 'Origin' });
    expect(answer('https://elsewhere.test')).to.deep.equal({ vary: 'Origin' });
  });

  it('never allows an origin that is not on the list, letter by letter', () => {
    const near = fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom(
        'https://shop.test/',
        'HTTPS://shop.test',
        'https://shop.test:443',
        'https://shop.test ',
        '*',
      ),
    );
    fc.assert(
      fc.property(near, (origin) => {
        fc.pre(origin !== 'https://shop.test');
        expect(answer(origin)).to.deep.equal({ vary: 'Origin' });
      }),
    );
  });
});
