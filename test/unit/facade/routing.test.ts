import { expect } from 'chai';
import fc from 'fast-check';
import { keySource } from '../../../chassis/config/schema/key-source.ts';
import { assign, bucketOf } from '../../../facade/routing/assignment.ts';
import { findKey, type KeyPlaces, keyText } from '../../../facade/routing/assignment-key.ts';
import { clientAddress } from '../../../facade/routing/client-address.ts';
import { parseRequestTarget } from '../../../facade/routing/request-target.ts';
import { createRouteTable } from '../../../facade/routing/route-table.ts';
import { signCookie } from '../../../facade/routing/signed-cookie.ts';
import { isDeclaredStep, needsGate, promoted, steppedDown } from '../../../facade/routing/stage.ts';
import { createTrustedPeers } from '../../../facade/routing/trusted-peers.ts';
import { growth } from '../../support/growth.ts';

const STAGES = ['legacy', 'shadow', 'canary', 'live', 'retired'] as const;
const routed = (id: string, path: string, methods = ['GET']) => ({
  config: { id, match: { methods, path } },
});

describe('Assignment', () => {
  const canary = (percent: number) => ({ stage: 'canary' as const, percent, salt: 'route' });

  it('keeps every key of a smaller percent when the percent grows', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (key, a, b) => {
          const [small, large] = [Math.min(a, b), Math.max(a, b)];
          const side = (percent: number) => assign(canary(percent), () => key).answers;
          return side(small) === 'legacy' || side(large) === 'service';
        },
      ),
    );
  });

  it('gives nobody the service at 0 percent, and everybody at 100', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(assign(canary(0), () => key).answers).to.equal('legacy');
        expect(assign(canary(100), () => key).answers).to.equal('service');
      }),
    );
  });

  it('spreads keys of every shape evenly, differently on each route', () => {
    const shapes: ((n: number) => string)[] = [
      String,
      (n) => `user-${n}`,
      (n) => `10.0.${n >> 8}.${n & 255}`,
    ];
    for (const shape of shapes) {
      const counts = new Array<number>(20).fill(0);
      for (let n = 0; n < 20_000; n += 1) counts[Math.floor(bucketOf('r', shape(n)) / 500)]! += 1;
      // 20 cells of 1,000 expected: chi-square with 19 degrees of freedom stays below 43.8 in 99.9 % of cases.
      const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
      expect(chiSquare).to.be.lessThan(43.8);
    }
    const both = Array.from({ length: 10_000 }, (_, n) => [
      bucketOf('a', `${n}`) < 1_000,
      bucketOf('b', `${n}`) < 1_000,
    ]);
    const shared = both.filter(([a, b]) => a && b).length;
    expect(shared).to.be.within(60, 140);
  });

  it('is the same on every instance: fixed values', () => {
    expect([bucketOf('r', 'u1'), bucketOf('r', 'u2'), bucketOf('s', 'u1')]).to.deep.equal(FIXED);
  });

  it('compares only what legacy answers, and falls back to legacy until it is retired', () => {
    const at = (stage: (typeof STAGES)[number]) => assign({ stage, percent: 100, salt: 'r' }, () => 'k');
    expect(STAGES.map(at)).to.deep.equal([
      { answers: 'legacy', candidate: false },
      { answers: 'legacy', candidate: true },
      { answers: 'service', fallback: true },
      { answers: 'service', fallback: true },
      { answers: 'service', fallback: false },
    ]);
    expect(assign(canary(100), () => undefined)).to.deep.equal({ answers: 'legacy', candidate: true });
  });
});
const FIXED = [8_317, 1_557, 6_926];

describe('Assignment key', () => {
  const places = {
    headers: { 'x-user-id': 'u1', cookie: 'a=1; sid=s%201; b=2' },
    query: '?user=q1',
    address: '10.0.0.1',
    identity: undefined,
    cookieSecrets: [],
  };
  const find = (...sources: Parameters<typeof findKey>[0]) => {
    const found = findKey(sources, places);
    return found && keyText(found);
  };

  it('is the first source that has a value', () => {
    expect(find({ kind: 'header', name: 'X-User-Id' }, { kind: 'ip' })).to.equal('header X-User-Id u1');
    expect(find({ kind: 'header', name: 'x-none' }, { kind: 'cookie', name: 'sid' })).to.equal(
      'cookie sid s%201',
    );
    expect(find({ kind: 'query', name: 'user' })).to.equal('query user q1');
    expect(find({ kind: 'cookie', name: 'id' }, { kind: 'ip' })).to.equal('ip 10.0.0.1');
    expect(find({ kind: 'cookie', name: 'id' })).to.equal(undefined);
  });

  it('is of a verified identity where one is asked for, and never of one that is not verified', () => {
    const identity = {
      subject: 'u7',
      tenant: 't1',
      claims: { plan: 'gold', seats: 5, roles: ['a'], sub: 'u7' },
    };
    const known = (...sources: Parameters<typeof findKey>[0]) => {
      const found = findKey(sources, { ...places, identity });
      return found && keyText(found);
    };
    expect(known({ kind: 'user' })).to.equal('user u7');
    expect(known({ kind: 'tenant' })).to.equal('tenant t1');
    expect(known({ kind: 'jwt', name: 'plan' })).to.equal('jwt plan gold');
    expect(known({ kind: 'jwt', name: 'seats' })).to.equal('jwt seats 5');
    expect(known({ kind: 'jwt', name: 'roles' }, { kind: 'ip' }), 'a list is no key').to.equal('ip 10.0.0.1');
    for (const kind of ['user', 'tenant'] as const) expect(find({ kind })).to.equal(undefined);
    expect(find({ kind: 'jwt', name: 'sub' }, { kind: 'ip' })).to.equal('ip 10.0.0.1');
  });

  it('takes a signed cookie by any of the secrets, and none whose name, value or signature was changed', () => {
    const [fresh, old] = ['a'.repeat(32), 'b'.repeat(32)];
    const found = (cookie: string, ...cookieSecrets: string[]) => {
      const from: KeyPlaces = { ...places, headers: { cookie }, cookieSecrets };
      return findKey([{ kind: 'signed-cookie', name: 'uid' }], from)?.value;
    };
    const signed = signCookie('uid', 'user.1', old);
    expect(found(`x=1; uid=${signed}`, fresh, old)).to.equal('user.1');
    expect(found(`uid=${signed}`, fresh)).to.equal(undefined);
    expect(found(`uid=${signed}`)).to.equal(undefined);
    const forged = ['user.1', `user.2${signed.slice(6)}`, signed.slice(0, -1), `${signed}A`, '.', ''];
    for (const value of forged) expect(found(`uid=${value}`, old), value).to.equal(undefined);
    expect(found(`uid=${signCookie('other', 'user.1', old)}`, old)).to.equal(undefined);
  });

  it('believes addresses only from trusted peers, and then the nearest that is not one', () => {
    const trusted = new Set(['10.0.0.9', '10.0.0.8']);
    expect(clientAddress('1.1.1.1', '6.6.6.6', trusted)).to.equal('1.1.1.1');
    expect(clientAddress('10.0.0.9', '6.6.6.6, 7.7.7.7, 10.0.0.8', trusted)).to.equal('7.7.7.7');
    expect(clientAddress('10.0.0.9', '10.0.0.8', trusted)).to.equal('10.0.0.9');
  });

  it('knows an address in each of its spellings, and without the port that a proxy may add', () => {
    const trusted = createTrustedPeers(['2001:DB8:0::9', '::FFFF:10.0.0.9']);
    expect(trusted.has('2001:db8::9'), 'as a socket tells it').to.equal(true);
    for (const [told, address] of [
      ['203.0.113.7:51234', '203.0.113.7'],
      ['[2001:db8::1]:443', '2001:db8::1'],
      ['[2001:DB8:0:0::1]', '2001:db8::1'],
      ['2001:0DB8::0001', '2001:db8::1'],
      ['::FFFF:203.0.113.7', '203.0.113.7'],
      ['[::ffff:203.0.113.7]:1', '203.0.113.7'],
      ['203.0.113.7:1, [2001:DB8::9]:443', '203.0.113.7'],
      ['unknown', 'unknown'],
      ['fe80::1%eth0', 'fe80::1%eth0'],
    ] as const)
      expect(clientAddress('10.0.0.9', told, trusted), told).to.equal(address);
  });

  it('of a header is the same however the config spells its name', () => {
    const text = (name: string) => find(keySource.parse(`header ${name}`));
    expect(text('X-User-Id')).to.equal('header x-user-id u1').and.to.equal(text('x-user-id'));
    expect(keySource.parse('cookie SID')).to.deep.equal({ kind: 'cookie', name: 'SID' });
  });
});

describe('Route table', () => {
  it('prefers a literal to a parameter, and a parameter to a tail, at each segment', () => {
    const table = createRouteTable([
      routed('tail', '/api/*'),
      routed('param', '/api/products/:id'),
      routed('exact', '/api/products/new'),
      routed('deep', '/api/:kind/new/x'),
      routed('post', '/api/products/:id', ['POST']),
    ]);
    const found = (path: string, method = 'GET') => table.match(method, path)?.config.id;
    expect(found('/api/products/new')).to.equal('exact');
    expect(found('/api/products/7')).to.equal('param');
    expect(found('/api/products/7', 'POST')).to.equal('post');
    expect(found('/api/products/new', 'POST'), 'the literal has no POST').to.equal('post');
    expect(found('/api/products/new/x'), 'left the literal branch').to.equal('deep');
    expect(found('/api/products/7/reviews')).to.equal('tail');
    expect(found('/api')).to.equal('tail');
    expect(found('/apikeys')).to.equal(undefined);
    expect(found('/api/products/', 'POST'), 'an empty segment is no parameter').to.equal(undefined);
    expect(found('/api/products/7', 'DELETE')).to.equal(undefined);
  });

  it('refuses two routes for the same requests, and patterns it cannot read', () => {
    expect(() => createRouteTable([routed('a', '/x/:a'), routed('b', '/x/:b')]))
      .to.throw()
      .with.property('code', 'ROUTE_OVERLAP');
    for (const path of ['/a/*/b', '/a/:', '/a/%2f', '/a/../b', '/a*']) {
      expect(() => createRouteTable([routed('a', path)]), path)
        .to.throw()
        .with.property('code', 'ROUTE_PATTERN_INVALID');
    }
  });

  it('matches the same route whatever the order of the list', () => {
    const paths = ['/a', '/a/:b', '/a/b', '/:a/b', '/a/*', '/*', '/:a/:b/c'];
    const routes = paths.map((path) => routed(path, path));
    const asked = ['/', '/a', '/a/b', '/a/c', '/b/b', '/b/c/c', '/a/b/c', '/a/x/y', '/z'];
    const answers = (list: typeof routes) => {
      const table = createRouteTable(list);
      return asked.map((path) => table.match('GET', path)?.config.id);
    };
    const expected = answers(routes);
    fc.assert(
      fc.property(fc.shuffledSubarray(routes, { minLength: routes.length }), (list) => {
        expect(answers(list)).to.deep.equal(expected);
      }),
    );
  });

  it('finds one of 1,000 routes as fast as one of ten', () => {
    const lastOf = (count: number) => {
      const routes = Array.from({ length: count }, (_, n) => routed(`r${n}`, `/api/kind${n}/:id/part`));
      const table = createRouteTable(routes);
      const find = () => table.match('GET', `/api/kind${count - 1}/7/part`)?.config.id;
      expect(find()).to.equal(`r${count - 1}`);
      return () => {
        for (let n = 0; n < 5_000; n += 1) find();
      };
    };
    // One that looks at them in turn takes a hundred times as long.
    expect(growth({ few: lastOf(10), many: lastOf(1_000) })).to.be.below(10);
  });
});

describe('Request target', () => {
  it('keeps a plain target as it is, and decodes what needs no encoding', () => {
    const read = (url: string) => parseRequestTarget(url);
    expect(read('/a/b?x=%2F..')).to.deep.equal({ ok: true, target: { path: '/a/b', query: '?x=%2F..' } });
    expect(read('/a/%70%72o%2Dd/%C3%A4')).to.deep.equal({
      ok: true,
      target: { path: '/a/pro-d/%C3%A4', query: '' },
    });
  });

  it('refuses what two servers could read differently', () => {
    const problems = {
      'http://h/x': 'not-origin-form',
      '*': 'not-origin-form',
      '': 'not-origin-form',
      '/a/..': 'dot-segment',
      '/a/%2E%2e/b': 'dot-segment',
      '/./b': 'dot-segment',
      '/a%2Fb': 'encoded-separator',
      '/a%5cb': 'encoded-separator',
      '/a\\b': 'backslash',
      '/a%00': 'control-character',
      '/a#b': 'fragment',
      '/a?b#c': 'fragment',
    };
    for (const [url, problem] of Object.entries(problems))
      expect(parseRequestTarget(url), url).to.deep.equal({ ok: false, problem });
  });

  it('gives a path that reads to itself', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const first = parseRequestTarget(path || '/');
        if (!first.ok) return;
        expect(parseRequestTarget(first.target.path)).to.deep.equal({
          ok: true,
          target: { path: first.target.path, query: '' },
        });
      }),
    );
  });
});

describe('Stages', () => {
  it('go forward one at a time, and back to legacy from any but retired', () => {
    const steps = STAGES.flatMap((from) =>
      STAGES.filter((to) => to !== from && isDeclaredStep(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(steps).to.deep.equal([
      'legacy → shadow',
      'shadow → legacy',
      'shadow → canary',
      'canary → legacy',
      'canary → shadow',
      'canary → live',
      'live → legacy',
      'live → canary',
      'live → retired',
    ]);
  });

  it('are guarded where a service gets clients or legacy is taken away', () => {
    const guarded = STAGES.flatMap((from) =>
      STAGES.filter((to) => needsGate(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(guarded).to.deep.equal(['shadow → canary', 'canary → live', 'live → retired']);
  });

  it('lead on with promote, and down one at a time', () => {
    const steps = [10, 50];
    expect(promoted({ stage: 'legacy', percent: 0 }, steps)).to.deep.equal({ stage: 'shadow', percent: 0 });
    expect(promoted({ stage: 'shadow', percent: 0 }, steps)).to.deep.equal({ stage: 'canary', percent: 10 });
    expect(promoted({ stage: 'shadow', percent: 0 }, steps, 25)).to.deep.equal({
      stage: 'canary',
      percent: 25,
    });
    expect(promoted({ stage: 'canary', percent: 10 }, steps)).to.deep.equal({ stage: 'canary', percent: 50 });
    expect(promoted({ stage: 'canary', percent: 25 }, steps)).to.deep.equal({ stage: 'canary', percent: 50 });
    expect(promoted({ stage: 'canary', percent: 25 }, steps, 30)).to.deep.equal({
      stage: 'canary',
      percent: 30,
    });
    expect(promoted({ stage: 'canary', percent: 50 }, steps)).to.deep.equal({ stage: 'live', percent: 0 });
    expect(promoted({ stage: 'live', percent: 0 }, steps)).to.deep.equal({ stage: 'retired', percent: 0 });
    expect(promoted({ stage: 'retired', percent: 0 }, steps)).to.equal(undefined);
    expect(steppedDown({ stage: 'live', percent: 0 }, steps)).to.deep.equal({ stage: 'canary', percent: 50 });
    expect(steppedDown({ stage: 'canary', percent: 50 }, steps)).to.deep.equal({
      stage: 'canary',
      percent: 10,
    });
    expect(steppedDown({ stage: 'canary', percent: 10 }, steps)).to.deep.equal({
      stage: 'shadow',
      percent: 0,
    });
    expect(steppedDown({ stage: 'shadow', percent: 0 }, steps)).to.deep.equal({
      stage: 'legacy',
      percent: 0,
    });
  });
});
