import { expect } from 'chai';
import { createOutlierEjection } from '../../../../facade/upstreams/outlier-ejection.ts';
import { createStanding, type Standing } from '../../../../facade/upstreams/standing.ts';

const EJECTION = { failures: 5, serverErrors: 5, base: 30_000, most: 300_000, maxEjected: 0.5 };
const EPOCH = 1_700_000_000_000;

describe('the standing of instances', () => {
  let time: number;
  let ejections: string[];
  let unhealthy: Set<string>;
  let absent: string[];
  let probed: () => void;
  let standing: Standing;

  beforeEach(() => {
    time = 1_000;
    ejections = [];
    unhealthy = new Set();
    absent = [];
    const clock = { now: () => EPOCH + time, monotonic: () => time, sleep: async () => {} };
    standing = createStanding({
      ejection: (onEjected) => createOutlierEjection(EJECTION, clock, () => 0, onEjected),
      health(onChange) {
        probed = onChange;
        return {
          get quiet() {
            return unhealthy.size === 0 && absent.length === 0;
          },
          isHealthy: (url) => !unhealthy.has(url),
          health: (url) => (unhealthy.has(url) ? { kind: 'unhealthy', passes: 1 } : undefined),
          follow: () => {},
          absentButHealthy: () => absent,
          close: () => {},
        };
      },
      slowStart: 10_000,
      panic: 0.5,
      clock,
      onEjected: (url) => ejections.push(url),
    });
  });

  const NAMED = ['a', 'b', 'c', 'd'];
  const fail = (url: string) => {
    for (let count = 0; count < 5; count += 1) standing.failed(url, 'gateway');
  };

  it('gives all requests while nothing is known against them, all alike from the beginning', () => {
    expect(standing.usable(NAMED)).to.deep.equal(NAMED);
    expect(standing.usable(NAMED)).to.equal(standing.usable(NAMED));
    expect(standing.even).to.equal(true);
    expect(standing.state('a')).to.deep.equal({ kind: 'healthy' });
  });

  it('leaves an ejected one alone until its time is over, and lets it begin slowly then', () => {
    standing.usable(NAMED);
    fail('a');
    expect(ejections).to.deep.equal(['a']);
    expect(standing.usable(NAMED)).to.deep.equal(['b', 'c', 'd']);
    expect(standing.state('a')).to.deep.equal({ kind: 'ejected', until: EPOCH + 31_000 });
    time += 30_000;
    expect(standing.usable(NAMED)).to.deep.equal(NAMED);
    expect(standing.even).to.equal(false);
    expect(standing.state('a')).to.deep.equal({ kind: 'slow-start', share: 0.1 });
    time += 5_000;
    expect([standing.weight('a'), standing.weight('b')]).to.deep.equal([0.5, 1]);
    time += 5_000;
    expect(standing.even).to.equal(true);
    expect(standing.state('a')).to.deep.equal({ kind: 'healthy' });
  });

  it('says what probes have shown, whom discovery names, and whether all are used for want of good ones', () => {
    absent = ['x'];
    standing.usable(NAMED);
    probed();
    expect([standing.isNamed('a'), standing.isNamed('x')]).to.deep.equal([true, false]);
    expect(standing.panics).to.equal(false);
    for (const url of ['a', 'b', 'c']) unhealthy.add(url);
    probed();
    expect(standing.probed('a')).to.deep.equal({ kind: 'unhealthy', passes: 1 });
    expect(standing.probed('d')).to.equal(undefined);
    expect(standing.usable(NAMED)).to.have.length(5);
    expect(standing.panics).to.equal(true);
  });

  it('lets an instance that joins later begin slowly', () => {
    standing.usable(['a']);
    time += 60_000;
    standing.usable(['a', 'b']);
    expect([standing.weight('a'), standing.weight('b')]).to.deep.equal([1, 0.1]);
  });

  it('leaves an unhealthy one alone, and lets it begin slowly when it is well again', () => {
    standing.usable(NAMED);
    unhealthy.add('b');
    probed();
    expect(standing.usable(NAMED)).to.deep.equal(['a', 'c', 'd']);
    expect(standing.state('b')).to.deep.equal({ kind: 'unhealthy' });
    unhealthy.clear();
    probed();
    expect(standing.usable(NAMED)).to.deep.equal(NAMED);
    expect(standing.state('b')).to.deep.equal({ kind: 'slow-start', share: 0.1 });
  });

  it('uses all when those ejected and those unhealthy are too many together', () => {
    standing.usable(NAMED);
    fail('a');
    unhealthy = new Set(['b']);
    probed();
    expect(standing.usable(NAMED)).to.deep.equal(['c', 'd']);
    unhealthy = new Set(['b', 'c']);
    probed();
    expect(standing.usable(NAMED)).to.deep.equal(NAMED);
    expect(standing.state('a').kind).to.equal('ejected');
  });

  it('uses those that go on without discovery, at their full weight, and drains those that do not', () => {
    standing.usable(NAMED);
    time += 1_000;
    const fewer = ['a', 'b'];
    expect(standing.usable(fewer)).to.deep.equal(fewer);
    expect(standing.state('c')).to.deep.equal({ kind: 'draining' });
    absent = ['c'];
    probed();
    expect(standing.usable(fewer)).to.deep.equal(['a', 'b', 'c']);
    expect(standing.all).to.deep.equal(['a', 'b', 'c']);
    expect(standing.weight('c')).to.equal(1);
    absent = [];
    probed();
    expect(standing.usable(fewer)).to.deep.equal(fewer);
  });
});
