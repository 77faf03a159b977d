import { expect } from 'chai';
import { problemsOfConfig } from './problems-of.ts';

/** The problems of a config with these lines in it, as `path message`. */
function problemsOf({ facade = '', route = '', rest = '' }): string[] {
  const text = `facade: { listen: "127.0.0.1:0"${facade} }
upstreams: { legacy: { url: "http://127.0.0.1:1" }, shop: { url: "http://127.0.0.1:2" } }
legacy: legacy
routes:
  - { id: r, match: { path: /r }, service: shop, stage: legacy${route} }
${rest}`;
  return problemsOfConfig(text);
}
const aggregate = (parts: string, id = 'page', rest = '') =>
  problemsOf({
    rest: `aggregate: [{ id: ${id}, match: { path: "/pages/:id" }, parts: { ${parts} }${rest} }]`,
  });
const jwt = (rest: string) =>
  problemsOf({ rest: `auth: { jwt: { issuer: a, audience: b, jwks: "https://a.test/jwks"${rest} } }` });
const KEYS = `auth: { apiKeys: { keys: [{ name: a, sha256: ${'ab'.repeat(32)} }] } }`;

describe('problems of a gateway’s config', () => {
  it('are none in valid ones', () => {
    expect(
      aggregate('a: { upstream: legacy, path: "/a/:id" }, b: { upstream: shop, path: "/b/{a.x}" }'),
    ).to.deep.equal([]);
    expect(jwt('')).to.deep.equal([]);
    expect(problemsOf({ facade: ', auth: required', route: ', auth: none', rest: KEYS })).to.deep.equal([]);
  });

  const examples: [string, () => string[], RegExp][] = [
    [
      'parts that wait for each other',
      () =>
        aggregate('a: { upstream: legacy, path: "/a/{b.x}" }, b: { upstream: shop, path: /b, after: [a] }'),
      /^aggregate\[0\]\.parts\.a found part "a" waiting for itself/,
    ],
    [
      'a part that waits for itself',
      () => aggregate('a: { upstream: legacy, path: "/a/{a.x}" }'),
      /^aggregate\[0\]\.parts\.a found part "a" waiting for itself/,
    ],
    [
      'a value of no part',
      () => aggregate('a: { upstream: legacy, path: "/a/{b.x}" }'),
      /^aggregate\[0\]\.parts\.a found a wait for part "b", expected one of: a$/,
    ],
    [
      'a parameter that the path has not',
      () => aggregate('a: { upstream: legacy, path: "/a/:no" }'),
      /^aggregate\[0\]\.parts\.a\.path found :no, expected a parameter of the aggregate's path \(:id\)$/,
    ],
    [
      'an upstream that is none',
      () => aggregate('a: { upstream: elsewhere, path: /a }'),
      /^aggregate\[0\]\.parts\.a\.upstream found "elsewhere", expected the name of an upstream \(legacy, shop\)$/,
    ],
    [
      'a required part on one that is not',
      () =>
        aggregate(
          'a: { upstream: legacy, path: /a }, b: { upstream: shop, path: "/b/{a.x}", required: true }',
        ),
      /^aggregate\[0\]\.parts\.b found a required part that waits for "a", which is not/,
    ],
    [
      'a place that cannot be read',
      () => aggregate('a: { upstream: legacy, path: "/a/{b" }'),
      /parts\.a\.path found "\/a\/\{b"/,
    ],
    [
      'a part named as the answer’s own words',
      () => aggregate('partial: { upstream: legacy, path: /a }'),
      /found "partial", expected another name/,
    ],
    [
      'an id that a route has',
      () => aggregate('a: { upstream: legacy, path: /a }', 'r'),
      /^aggregate\[0\]\.id found the id "r" a second time/,
    ],
    [
      'a shared secret as a signature',
      () => jwt(', algorithms: [HS256]'),
      /^auth\.jwt\.algorithms\[0\] found "HS256", expected one of RS256/,
    ],
    ['no signature', () => jwt(', algorithms: [none]'), /^auth\.jwt\.algorithms\[0\] found "none"/],
    [
      'keys over an open line',
      () => problemsOf({ rest: 'auth: { jwt: { issuer: a, audience: b, jwks: "http://a.test/jwks" } }' }),
      /^auth\.jwt\.jwks found "http:\/\/a\.test\/jwks", expected a URL starting with https:/,
    ],
    [
      'credentials that nobody verifies',
      () => problemsOf({ route: ', auth: required' }),
      /^routes\[0\]\.auth found "required" without auth\.jwt and auth\.apiKeys/,
    ],
    [
      'a kind that nobody verifies',
      () => problemsOf({ route: ', auth: [jwt]', rest: KEYS }),
      /^routes\[0\]\.auth found "jwt" without auth\.jwt/,
    ],
    ['scopes of nobody', () => problemsOf({ route: ', scopes: [a]' }), /^routes\[0\]\.scopes found scopes/],
    [
      'an API key instead of its digest',
      () => problemsOf({ rest: 'auth: { apiKeys: { keys: [{ name: a, sha256: secret }] } }' }),
      /^auth\.apiKeys\.keys\[0\]\.sha256 /,
    ],
    [
      'a window of half a second',
      () => problemsOf({ route: ', rateLimit: { requests: 1, per: 500ms }' }),
      /^routes\[0\]\.rateLimit\.per expected whole seconds, at least 1s/,
    ],
    [
      'credentials for every page',
      () => problemsOf({ facade: ', cors: { origins: ["*"], credentials: true }' }),
      /^facade\.cors found credentials with the origin "\*"/,
    ],
    [
      'an origin with a path',
      () => problemsOf({ facade: ', cors: { origins: ["https://a.test/"] }' }),
      /^facade\.cors\.origins\[0\] found "https:\/\/a\.test\/"/,
    ],
  ];
  for (const [what, find, message] of examples)
    it(`name ${what}`, () => {
      const found = find();
      expect(found, found.join('\n')).to.have.length(1);
      expect(found[0]).to.match(message);
    });
});
