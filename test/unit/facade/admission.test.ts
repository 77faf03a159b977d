import { expect } from 'chai';
import fc from 'fast-check';
import { admit } from '../../../facade/admission/admit.ts';
import type { AdmissionRules, TargetPolicy } from '../../../facade/admission/rules.ts';
import { normalisedTarget, parseRequestTarget } from '../../../facade/routing/request-target.ts';
import { createRouteTable } from '../../../facade/routing/route-table.ts';
import { createTrustedPeers } from '../../../facade/routing/trusted-peers.ts';

const LIMITS = { headers: 100, headerBytes: 16_384, url: 8_192, headersTimeout: 1, bodyIdle: 1, idle: 1 };
const rules = (ambiguousTargets: TargetPolicy, rest: Partial<AdmissionRules> = {}): AdmissionRules => ({
  ...{
    ambiguousTargets,
    underscoreHeaders: 'remove',
    getBodies: 'pass',
    hosts: undefined,
    limits: LIMITS,
    ...rest,
  },
});
const route = (id: string, path: string, ambiguousTargets?: TargetPolicy) => ({
  config: { id, match: { methods: ['GET'], path }, ambiguousTargets },
});
const TABLE = createRouteTable([
  route('open', '/open/*'),
  route('secret', '/secret/*'),
  route('files', '/files/*', 'pass'),
  route('repaired', '/repaired/*', 'normalise'),
]);
const ask = (url: string, policy: TargetPolicy = 'reject', rest: Partial<AdmissionRules> = {}) =>
  admit(
    {
      method: 'GET',
      url,
      httpVersion: '1.1',
      headers: { host: 'shop.test' },
      rawHeaders: ['Host', 'shop.test'],
    },
    TABLE,
    rules(policy, rest),
  );
const asked = (url: string, policy?: TargetPolicy) => {
  const admission = ask(url, policy);
  if (!admission.ok) return admission.code;
  return `${admission.route?.config.id ?? 'none'} ${admission.target.path}${admission.target.query}`;
};

/** Paths made of what servers disagree about. */
const odd = fc
  .array(
    fc.constantFrom(
      'open',
      'secret',
      'a',
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2e',
      '%2E.',
      '%2f',
      '%5c',
      '%61',
      '%',
      '%zz',
      '#',
      ';x',
      '%c0%ae',
      '\xe9',
      '%00',
    ),
    { maxLength: 12 },
  )
  .map((parts) => `/${parts.join('')}`);

describe('Admission', () => {
  it('refuses an ambiguous target, unless the policy says otherwise', () => {
    expect(asked('/open/../secret/a')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('/open/%2e%2e/secret/a', 'normalise')).to.equal('secret /secret/a');
    expect(asked('/open/../secret/a', 'pass')).to.equal('open /open/../secret/a');
    expect(asked('/open/%00', 'normalise')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('/open/a%2fb?q=%2f', 'normalise')).to.equal('open /open/a/b?q=%2f');
    expect(asked('/open/..;x=y/secret/a')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('/open/..;x=y/secret/a', 'normalise')).to.equal('secret /secret/a');
    expect(asked('/open/%c0%ae%c0%ae/a', 'normalise')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('//open\\a', 'normalise')).to.equal('open /open/a');
    expect(asked('/open/caf\xe9', 'normalise')).to.equal('open /open/caf%E9');
    expect(asked('/open/a#b', 'normalise')).to.equal('open /open/a');
    expect(asked('http://shop.test/open/a', 'normalise')).to.equal('open /open/a');
    expect(asked('http://evil.test/open/a', 'normalise')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('http://shop.test/open/a', 'pass')).to.equal('TARGET_AMBIGUOUS');
  });

  it("takes a route's policy only in the form that it matches", () => {
    expect(asked('/files/a%2fb')).to.equal('files /files/a%2fb');
    expect(asked('/repaired//a')).to.equal('repaired /repaired/a');
    // Its raw form is of /files, which passes it as it is.
    expect(asked('/files/../secret/a')).to.equal('files /files/../secret/a');
    expect(asked('/secret/../files/a')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('/repaired/../secret/a')).to.equal('TARGET_AMBIGUOUS');
    expect(asked('/open/..%2frepaired/a')).to.equal('repaired /repaired/a');
  });

  it('lets in, without pass, only what the most lenient reader takes for the same route', () => {
    fc.assert(
      fc.property(odd, fc.constantFrom<TargetPolicy>('reject', 'normalise'), (url, policy) => {
        const admission = ask(url, policy);
        if (!admission.ok) return;
        const { path } = admission.target;
        const lenient = normalisedTarget(path, undefined)!.path;
        expect(TABLE.match('GET', lenient)).to.equal(admission.route);
      }),
      { numRuns: 2_000 },
    );
  });

  it('normalises to a target that is plain, and stays as it is', () => {
    fc.assert(
      fc.property(odd, (url) => {
        const once = normalisedTarget(url, undefined);
        if (once === undefined) return;
        expect(normalisedTarget(once.path, undefined)).to.deep.equal({ path: once.path, query: '' });
        expect(parseRequestTarget(once.path)).to.deep.equal({
          ok: true,
          target: { path: once.path, query: '' },
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('serves the hosts that are listed, and those below a star', () => {
    const hosted = (host: string | undefined) => {
      const rawHeaders = host === undefined ? [] : ['Host', host];
      const request = { method: 'GET', url: '/a', httpVersion: '1.1', headers: { host }, rawHeaders };
      const admission = admit(request, TABLE, rules('reject', { hosts: ['shop.test', '*.shop.example'] }));
      return admission.ok ? 'ok' : admission.code;
    };
    for (const host of ['shop.test', 'SHOP.test:8080', 'a.shop.example', 'a.b.shop.example:1'])
      expect(hosted(host), host).to.equal('ok');
    for (const host of ['evil.test', 'shop.test.evil.test', 'shop.example', 'evilshop.example', undefined])
      expect(hosted(host), host).to.equal('HOST_UNKNOWN');
    for (const host of ['a b', 'a/b', 'a@b', 'a,b', '', 'a:b'])
      expect(hosted(host), host).to.equal('HOST_INVALID');
  });

  it('refuses underscores in header names where the policy says so', () => {
    const request = {
      method: 'GET',
      url: '/a',
      httpVersion: '1.1',
      headers: { host: 'a' },
      rawHeaders: ['Host', 'a', 'X_A', 'b'],
    };
    const refused = admit(request, TABLE, rules('reject', { underscoreHeaders: 'reject' }));
    expect(refused).to.deep.equal({ ok: false, code: 'HEADER_REFUSED' });
    expect(admit(request, TABLE, rules('reject')).ok).to.equal(true);
  });
});

describe('Trusted peers', () => {
  it('are addresses and networks of both families', () => {
    const peers = createTrustedPeers(['192.0.2.1', '10.0.0.0/8', 'fd00::/8']);
    for (const inside of ['192.0.2.1', '10.255.0.1', 'fd12::1'])
      expect(peers.has(inside), inside).to.equal(true);
    for (const outside of ['192.0.2.2', '11.0.0.1', 'fe80::1', 'unknown', '', '10.0.0.1, 6.6.6.6'])
      expect(peers.has(outside), outside).to.equal(false);
  });
});
