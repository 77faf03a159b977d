import { expect } from 'chai';
import { limitKey } from '../../../../facade/gateway/limit-key.ts';
import type { KeyPlaces } from '../../../../facade/routing/assignment-key.ts';

const places = (rest: Partial<KeyPlaces> = {}): KeyPlaces => ({
  ...{ headers: {}, query: '', address: '192.0.2.1', identity: undefined, cookieSecrets: [], ...rest },
});
const byAddress = (address: string) => limitKey([{ kind: 'ip' }], places({ address }));

describe('The key of a rate limit', () => {
  it('is the first source that a request has, and names it', () => {
    const sources = [{ kind: 'user' }, { kind: 'header', name: 'x-shop' }, { kind: 'ip' }] as const;
    expect(limitKey(sources, places({ identity: { subject: 'alice' } }))).to.equal('user alice');
    expect(limitKey(sources, places({ headers: { 'x-shop': 'alice' } }))).to.equal('header x-shop alice');
    expect(limitKey(sources, places())).to.equal('ip 192.0.2.1');
  });

  it('is the address where nothing is there, so that nobody is uncounted', () => {
    expect(limitKey([{ kind: 'user' }], places())).to.equal('ip 192.0.2.1');
  });

  it('is never longer than a client could pay for', () => {
    const long = (last: string) =>
      limitKey([{ kind: 'header', name: 'h' }], places({ headers: { h: 'x'.repeat(10_000) + last } }));
    expect(long('a').length).to.be.lessThan(64);
    expect(long('a')).to.not.equal(long('b'));
  });

  it('is the same for all addresses that one subscriber has', () => {
    const first = byAddress('2001:db8:1:2:3:4:5:6');
    expect(byAddress('2001:db8:1:2::1')).to.equal(first);
    expect(byAddress('2001:db8:1:3::1')).to.not.equal(first);
    expect(byAddress('2001:db8::1')).to.equal(byAddress('2001:db8:0:0:9::'));
    expect(byAddress('fe80::1%eth0')).to.equal(byAddress('fe80::2'));
    expect(byAddress('::1')).to.equal(byAddress('::2'));
  });
});
