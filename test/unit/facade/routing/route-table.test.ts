import { expect } from 'chai';
import fc from 'fast-check';
import type { ValueRule } from '../../../../chassis/config/schema/match.ts';
import type { WrittenConditions } from '../../../../facade/routing/conditions.ts';
import { createRouteTable } from '../../../../facade/routing/route-table.ts';

interface Match extends WrittenConditions {
  path: string;
  methods?: readonly string[];
}
const routed = (id: string, { methods = ['GET'], ...match }: Match) => ({
  config: { id, match: { methods, ...match } },
});
const table = (routes: Record<string, Match>) =>
  createRouteTable(Object.entries(routes).map(([id, match]) => routed(id, match)));
const head = (sent: Record<string, string | string[]>) => {
  const pairs = Object.entries(sent).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value]),
  );
  const headers = Object.fromEntries(
    Object.entries(sent).map(([name, values]) => [name.toLowerCase(), String(values)]),
  );
  return { headers, rawHeaders: pairs.flat() as string[] };
};
const one = (...values: string[]): ValueRule => ({ kind: 'one-of', values });
const PRESENT: ValueRule = { kind: 'present' };
const ABSENT: ValueRule = { kind: 'absent' };

describe('Route patterns', () => {
  it('take a literal before a choice, a choice before a type, a narrower type before a wider one', () => {
    const { match } = table({
      tail: { path: '/*' },
      any: { path: '/:a' },
      slug: { path: '/:a<slug>' },
      hex: { path: '/:a<hex>' },
      int: { path: '/:a<int>' },
      uuid: { path: '/:a<uuid>' },
      choice: { path: '/:a<17|en|de>' },
      literal: { path: '/en' },
    });
    const expected = {
      '/en': 'literal',
      '/de': 'choice',
      '/17': 'choice',
      '/18': 'int',
      '/1f': 'hex',
      '/a-b_c': 'slug',
      '/0b9a8f2e-1c3d-4e5f-8a9b-0c1d2e3f4a5b': 'uuid',
      '/0b9a8f2e-1c3d-4e5f-8a9b-0c1d2e3f4a5': 'slug',
      '/a.b': 'any',
      '/': 'tail',
      '/a/b': 'tail',
    };
    for (const [path, id] of Object.entries(expected))
      expect(match('GET', path)?.config.id, path).to.equal(id);
  });

  it('mean the same path whatever form its escapes have, and nothing that is only alike', () => {
    const { match } = table({ cafe: { path: '/café/%7Euser/:a<ä|b>' }, at: { path: '/a@b' } });
    const found = (path: string) => match('GET', path)?.config.id;
    expect(found('/caf%c3%a9/~user/%C3%A4')).to.equal('cafe');
    expect(found('/caf%C3%A9/~user/b')).to.equal('cafe');
    expect(found('/CAF%C3%A9/~user/b'), 'case counts').to.equal(undefined);
    expect(found('/caf%C3%A9/~user/b/'), 'so does a last slash').to.equal(undefined);
    expect(found('/a@b')).to.equal('at');
    expect(found('/a%40b'), 'an escape of a reserved character is another path').to.equal(undefined);
  });

  it('refuse what no request could match, and what cannot be read', () => {
    const refused = ['/a%2fb', '/%2e%2e/a', '/a%0d', '/%zz', '/a?b', '/a#b', '/:a<>', '/:a<number>'];
    const choices = ['/:a<x|>', '/:a<x|x>', '/:a<x|y>z', '/:a<b|..>'];
    const many = `/${Array.from({ length: 9 }, (_, n) => `:p${n}<a|b>`).join('/')}`;
    for (const path of [...refused, ...choices, many]) {
      expect(() => table({ r: { path } }), path)
        .to.throw()
        .with.property('code', 'ROUTE_PATTERN_INVALID');
    }
  });
});

describe('Route conditions', () => {
  it('on the host prefer the exact one to a wildcard, a longer wildcard to a shorter one, and any to none', () => {
    const { match } = table({
      none: { path: '/a' },
      wide: { path: '/a', host: '*.shop.test' },
      narrow: { path: '/a', host: '*.eu.shop.test' },
      exact: { path: '/a', host: 'Shop.test' },
      v6: { path: '/a', host: '[::1]' },
    });
    const at = (host?: string) =>
      match('GET', '/a', '', head(host === undefined ? {} : { Host: host }))?.config.id;
    expect(at('SHOP.test:8080')).to.equal('exact');
    expect(at('shop.test.')).to.equal('exact');
    expect(at('a.eu.shop.test')).to.equal('narrow');
    expect(at('eu.shop.test')).to.equal('wide');
    expect(at('.shop.test'), 'no name before the dot').to.equal('none');
    expect(at('evilshop.test')).to.equal('none');
    expect(at('[::1]:80')).to.equal('v6');
    expect(at('[::1]')).to.equal('v6');
    expect(at()).to.equal('none');
  });

  it('on values hold for the one value that was sent; what is sent twice has none', () => {
    const { match } = table({
      one: { path: '/a', headers: { 'X-Client': one('mobile', 'tablet') } },
      none: { path: '/b', headers: { 'x-client': ABSENT } },
      some: { path: '/c', headers: { 'x-client': PRESENT } },
      query: { path: '/d', query: { version: one('2') } },
      both: { path: '/e', query: { version: PRESENT, debug: ABSENT }, headers: { 'x-client': one('a') } },
    });
    const matches = (path: string, sent: Record<string, string | string[]>, query = '') =>
      match('GET', path, query, head(sent)) !== undefined;
    expect(matches('/a', { 'x-CLIENT': 'tablet' })).to.equal(true);
    expect(matches('/a', { 'x-client': 'Tablet' })).to.equal(false);
    expect(matches('/a', {})).to.equal(false);
    expect(matches('/a', { 'x-client': ['mobile', 'mobile'] })).to.equal(false);
    expect(matches('/b', {})).to.equal(true);
    expect(matches('/b', { 'x-client': '' })).to.equal(false);
    expect(matches('/c', { 'x-client': ['a', 'b'] })).to.equal(true);
    expect(matches('/d', {}, '?version=%32')).to.equal(true);
    expect(matches('/d', {}, '?version=2&version=2')).to.equal(false);
    expect(matches('/d', {}, '')).to.equal(false);
    expect(matches('/e', { 'x-client': 'a' }, '?version=')).to.equal(true);
    expect(matches('/e', { 'x-client': 'a' }, '?version=&debug')).to.equal(false);
  });

  it('leave a request to a less exact path when they do not hold', () => {
    const { match } = table({
      mobile: { path: '/api/products', headers: { 'x-client': one('mobile') } },
      all: { path: '/api/*' },
    });
    expect(match('GET', '/api/products', '', head({ 'x-client': 'mobile' }))?.config.id).to.equal('mobile');
    expect(match('GET', '/api/products')?.config.id).to.equal('all');
  });

  it('are tried from the route that has most of them, and then in the order of the file', () => {
    const { match } = table({
      none: { path: '/a' },
      client: { path: '/a', headers: { 'x-client': PRESENT } },
      version: { path: '/a', query: { version: PRESENT } },
      both: { path: '/a', headers: { 'x-client': one('a') }, query: { version: PRESENT } },
    });
    const found = (client: string, query = '') =>
      match('GET', '/a', query, head({ 'x-client': client }))?.config.id;
    expect(found('a', '?version=1')).to.equal('both');
    expect(found('b', '?version=1')).to.equal('client');
    expect(match('GET', '/a', '?version=1')?.config.id).to.equal('version');
    expect(match('GET', '/a')?.config.id).to.equal('none');
  });

  it('tell two routes of one path apart; without a difference they overlap', () => {
    const overlap = (a: Match, b: Match) => () => table({ a, b });
    const path = '/x/:id';
    expect(overlap({ path }, { path, host: 'a.test' })).not.to.throw();
    expect(overlap({ path, query: { a: one('1') } }, { path, query: { a: one('2') } })).not.to.throw();
    for (const [a, b] of [
      [{ path }, { path: '/x/:other' }],
      [{ path: '/:l<a|b>' }, { path: '/:m<b|c>' }],
      [
        { path, host: 'A.test' },
        { path, host: 'a.test' },
      ],
      [
        { path, headers: { 'X-A': one('1', '2'), 'x-b': ABSENT } },
        { path, headers: { 'x-b': ABSENT, 'x-a': one('2', '1', '1') } },
      ],
    ] satisfies [Match, Match][]) {
      expect(overlap(a, b))
        .to.throw(/Routes a and b both match GET/)
        .with.property('code', 'ROUTE_OVERLAP');
    }
  });
});

/** What docs/reference/routing.md says, as slowly as it can be said. */
const RANKS = [
  { of: (part: string) => !/^[:*]/.test(part), fits: (part: string, segment: string) => part === segment },
  {
    of: (part: string) => part.includes('|'),
    fits: (part: string, segment: string) => part.slice(3, -1).split('|').includes(segment),
  },
  {
    of: (part: string) => part.endsWith('<int>'),
    fits: (_: string, segment: string) => /^\d+$/.test(segment),
  },
  {
    of: (part: string) => part.endsWith('<slug>'),
    fits: (_: string, segment: string) => /^[\w-]+$/.test(segment),
  },
  { of: (part: string) => part.startsWith(':'), fits: (_: string, segment: string) => segment !== '' },
];
const TAIL_RANK = RANKS.length;

type Routed = ReturnType<typeof routed>;

/** The rank of each segment, or undefined where the path does not fit. */
function ranksOf(pattern: string, path: string): number[] | undefined {
  const parts = pattern.slice(1).split('/');
  const segments = path.slice(1).split('/');
  const ranks: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === '*') return index <= segments.length ? [...ranks, TAIL_RANK] : undefined;
    const rank = RANKS.findIndex(({ of }) => of(part));
    if (segments[index] === undefined || !RANKS[rank]!.fits(part, segments[index])) return undefined;
    ranks.push(rank);
  }
  return segments.length === parts.length ? ranks : undefined;
}

function holds(rule: ValueRule, values: string[]): boolean {
  if (rule.kind === 'present') return values.length > 0;
  if (rule.kind === 'absent') return values.length === 0;
  return values.length === 1 && rule.values.includes(values[0]!);
}

interface Asked {
  method: string;
  path: string;
  host: string;
  client: string[];
  version: string[];
}

function slowMatch(routes: readonly Routed[], asked: Asked): string | undefined {
  const hostRank = (host: string | undefined) => {
    if (host === undefined) return 1_000;
    return host.startsWith('*.') ? 500 - host.length : 0;
  };
  const fitting = routes.flatMap((route, order) => {
    const { methods, path, host, headers = {}, query = {} } = route.config.match;
    const ranks = ranksOf(path, asked.path);
    if (ranks === undefined || !methods.includes(asked.method)) return [];
    if (
      host?.startsWith('*.') ? !asked.host.endsWith(host.slice(1)) : host !== undefined && host !== asked.host
    )
      return [];
    if (!Object.values(headers).every((rule) => holds(rule, asked.client))) return [];
    if (!Object.values(query).every((rule) => holds(rule, asked.version))) return [];
    const conditions = Object.keys(headers).length + Object.keys(query).length;
    return [{ id: route.config.id, key: [...ranks, -1, hostRank(host), -conditions, order] }];
  });
  fitting.sort((a, b) => {
    const index = a.key.findIndex((value, at) => value !== b.key[at]);
    return (a.key[index] ?? 0) - (b.key[index] ?? 0);
  });
  return fitting[0]?.id;
}

describe('The route table', () => {
  const part = fc.constantFrom('a', 'b', '7', '', ':x', ':x<a|7>', ':x<b|c>', ':x<int>', ':x<slug>');
  const path = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([parts, tail]) => `/${[...parts, ...(tail ? ['*'] : [])].join('/')}`);
  const rule = fc.constantFrom<ValueRule>(one('1'), one('1', '2'), PRESENT, ABSENT);
  const match = fc.record(
    {
      path,
      methods: fc.constantFrom(['GET'], ['GET', 'HEAD'], ['POST']),
      host: fc.constantFrom('h.test', '*.test', '*.h.test'),
      headers: fc.record({ 'x-client': rule }),
      query: fc.record({ version: rule }),
    },
    { requiredKeys: ['path', 'methods'] },
  );
  const values = fc.constantFrom<string[]>([], ['1'], ['2'], ['3'], ['1', '1']);
  const asked = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
    path: fc
      .array(fc.constantFrom('a', 'b', 'c', '7', '8', '', 'ü'), { minLength: 1, maxLength: 4 })
      .map((segments) => `/${segments.join('/')}`),
    host: fc.constantFrom('h.test', 'a.h.test', 'a.test', 'other'),
    client: values,
    version: values,
  });
  /** Routes that can be told apart, in the order of the list. */
  const withoutOverlaps = (matches: Match[]): Routed[] => {
    const kept: Routed[] = [];
    for (const [index, written] of matches.entries()) {
      const next = routed(`r${index}`, written);
      try {
        createRouteTable([...kept, next]);
        kept.push(next);
      } catch {}
    }
    return kept;
  };
  const ask = (routes: readonly Routed[], { method, path: at, host, client, version }: Asked) =>
    createRouteTable(routes).match(
      method,
      at,
      version.length === 0 ? '' : `?${version.map((value) => `version=${value}`).join('&')}`,
      head({ host, ...(client.length > 0 ? { 'X-Client': client } : {}) }),
    )?.config.id;

  it('agrees with the documented rules, whatever the routes', () => {
    fc.assert(
      fc.property(
        fc.array(match, { maxLength: 12 }),
        fc.array(asked, { minLength: 8 }),
        (matches, requests) => {
          const routes = withoutOverlaps(matches);
          for (const request of requests) expect(ask(routes, request)).to.equal(slowMatch(routes, request));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('does not look at the order of the file, save between as many different conditions', () => {
    fc.assert(
      fc.property(
        fc.array(match, { maxLength: 8 }).chain((matches) => {
          const alone = withoutOverlaps(matches).filter(
            ({ config }, index, all) =>
              all.findIndex((other) => sameButForConditions(other.config.match, config.match)) === index,
          );
          return fc.tuple(fc.constant(alone), fc.shuffledSubarray(alone, { minLength: alone.length }));
        }),
        fc.array(asked),
        ([routes, shuffled], requests) => {
          for (const request of requests) expect(ask(shuffled, request)).to.equal(ask(routes, request));
        },
      ),
    );
  });

  const sameButForConditions = (a: Match, b: Match) =>
    a.host === b.host &&
    Object.keys(a.headers ?? {}).length + Object.keys(a.query ?? {}).length ===
      Object.keys(b.headers ?? {}).length + Object.keys(b.query ?? {}).length;

  it('does not look at stage and percent', () => {
    const standing = fc.array(
      fc.record({
        stage: fc.constantFrom('legacy', 'shadow', 'canary', 'live', 'retired'),
        percent: fc.constantFrom(0, 1, 50, 100),
      }),
      { minLength: 12, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        fc.array(match, { maxLength: 12 }),
        standing,
        fc.array(asked),
        (matches, stands, requests) => {
          const routes = withoutOverlaps(matches);
          const placed = routes.map(({ config }, index) => ({ config: { ...config, ...stands[index] } }));
          for (const request of requests) expect(ask(placed, request)).to.equal(ask(routes, request));
        },
      ),
    );
  });

  it('finds one host among 1,000 of one path without trying them all', () => {
    const { match: find } = createRouteTable(
      Array.from({ length: 1_000 }, (_, n) => routed(`h${n}`, { path: '/a', host: `h${n}.test` })),
    );
    let reads = 0;
    const headers = Object.defineProperty({}, 'host', {
      get: () => {
        reads += 1;
        return 'h999.test';
      },
    });
    expect(find('GET', '/a', '', { headers, rawHeaders: [] })?.config.id).to.equal('h999');
    expect(reads).to.be.lessThan(5);
  });

  it('reads neither headers nor query where a path has no conditions', () => {
    const { match: find } = createRouteTable([routed('a', { path: '/a' }), routed('b', { path: '/b/:id' })]);
    const untouchable = new Proxy(
      { headers: {}, rawHeaders: [] },
      {
        get: () => {
          throw new Error('the head was read');
        },
      },
    );
    expect(find('GET', '/a', '?q', untouchable)?.config.id).to.equal('a');
    expect(find('GET', '/b/7', '?q', untouchable)?.config.id).to.equal('b');
  });
});
