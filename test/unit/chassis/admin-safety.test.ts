import { expect } from 'chai';
import fc from 'fast-check';
import { isLoopback, namesLoopback, refuseExposed } from '../../../chassis/admin/exposure.ts';
import { createFailedAttempts } from '../../../chassis/admin/failed-attempts.ts';
import { foreignPage } from '../../../chassis/admin/foreign-page.ts';

describe('An admin address', () => {
  it('is open to this machine only when it is a loopback address, however that is spelled', () => {
    const loopback = [
      ...['127.0.0.1', '127.8.8.8', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
      ...['localhost', 'LocalHost'],
    ];
    const open = [
      ...['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:0.0.0.0', '::ffff:10.0.0.1', 'fe80::1', '::2'],
      ...['127.evil.test', '127.0.0.1.evil.test', 'localhost.evil.test', 'facade', '127.1', '2130706433'],
    ];
    expect(loopback.filter((host) => !isLoopback(host))).to.deep.equal([]);
    expect(open.filter(isLoopback)).to.deep.equal([]);
  });
});

describe('An address that other machines reach', () => {
  const code = (host: string, own: string | undefined, listed = 0) => {
    try {
      refuseExposed(host, { own, listed });
      return 'accepted';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('needs a token, and one of its own that cannot be guessed', () => {
    for (const none of [undefined, '']) {
      expect(code('0.0.0.0', none)).to.equal('ADMIN_EXPOSED');
      expect(code('0.0.0.0', none, 1)).to.equal('accepted');
    }
    for (const short of ['a', 'a'.repeat(15)]) {
      expect(code('0.0.0.0', short)).to.equal('ADMIN_TOKEN_SHORT');
      expect(code('0.0.0.0', short, 1), 'beside tokens of the file').to.equal('ADMIN_TOKEN_SHORT');
    }
    expect(code('0.0.0.0', 'a'.repeat(16))).to.equal('accepted');
  });

  it('is not one of loopback, where any token will do, or none', () => {
    for (const own of [undefined, '', 'a']) expect(code('127.0.0.1', own)).to.equal('accepted');
  });
});

describe('The host of a request to an admin address without a token', () => {
  it('must be a loopback address or localhost, with any port', () => {
    for (const host of ['127.0.0.1:8081', '127.0.0.1', 'localhost:8081', '[::1]:8081', '[::1]'])
      expect(namesLoopback(host), host).to.equal(true);
    for (const host of [
      undefined,
      '',
      'evil.test',
      'evil.test:8081',
      '127.0.0.1.evil.test',
      '10.0.0.1:1',
      'a b',
    ])
      expect(namesLoopback(host), String(host)).to.equal(false);
  });
});

describe('Wrong tokens', () => {
  const limits = { failures: 3, within: 100, pause: 50, addresses: 4 };
  const DIFFERENT = ['x', 'y', 'z'];

  it('make their address wait, and no other, until the pause is over', () => {
    const attempts = createFailedAttempts(limits);
    const guess = (from: number) => DIFFERENT.map((token, n) => attempts.failed('a', token, from + n));
    expect(guess(0)).to.deep.equal(['counted', 'counted', 'waits']);
    expect([attempts.wait('a', 2), attempts.wait('a', 51), attempts.wait('a', 52)]).to.deep.equal([50, 1, 0]);
    expect(attempts.wait('b', 2)).to.equal(0);
    expect(guess(60)).to.deep.equal(['counted', 'counted', 'waits']);
  });

  it('that come seldom make nobody wait', () => {
    const attempts = createFailedAttempts(limits);
    for (let now = 0; now < 1_000; now += 60)
      expect(attempts.failed('a', String(now), now)).to.equal('counted');
  });

  it('count once each, however often they come: who sends one again and again guesses nothing', () => {
    const attempt = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), (tokens) => {
        const attempts = createFailedAttempts(limits);
        const seen = new Set<string>();
        for (const token of tokens) {
          const again = seen.has(token);
          seen.add(token);
          const outcome = attempts.failed('one', token, 0);
          expect(outcome).to.equal(again ? 'again' : seen.size < limits.failures ? 'counted' : 'waits');
          expect(attempts.wait('one', 0)).to.equal(outcome === 'waits' ? limits.pause : 0);
          if (outcome === 'waits') return;
        }
      }),
    );
  });

  it('are told again in the next stretch of time', () => {
    const attempts = createFailedAttempts(limits);
    const told = [0, 50, 99, 100, 150].map((now) => attempts.failed('a', 'stale', now));
    expect(told).to.deep.equal(['counted', 'again', 'again', 'counted', 'again']);
  });

  it('of many addresses take no more memory than those of a few', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (addresses) => {
        const attempts = createFailedAttempts({ ...limits, failures: 1 });
        for (const address of addresses) attempts.failed(String(address), 'x', 0);
        const waiting = [...new Set(addresses)].filter((address) => attempts.wait(String(address), 0) > 0);
        expect(waiting.length).to.be.at.most(4);
        if (addresses.length > 0) expect(attempts.wait(String(addresses.at(-1)), 0)).to.equal(50);
      }),
    );
  });
});

describe('A request of a browser', () => {
  it('is that of a foreign page unless the page is of the admin address itself', () => {
    const host = '127.0.0.1:8081';
    expect(foreignPage({ host })).to.equal(undefined);
    expect(foreignPage({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).to.equal(
      undefined,
    );
    expect(foreignPage({ host: 'Admin.Test', origin: 'https://admin.test' })).to.equal(undefined);
    expect(foreignPage({ host, 'sec-fetch-site': 'none' })).to.equal(undefined);
    for (const origin of ['null', 'http://127.0.0.1', 'http://127.0.0.1:8080', `${host}`, '', 'http://'])
      expect(foreignPage({ host, origin }), origin).to.be.a('string');
    expect(foreignPage({ origin: 'http://a' })).to.be.a('string');
  });
});
