import { expect } from 'chai';
import { createStats } from '../../../../scripts/traffic/stats.ts';

function summaryOf(latencies: number[]) {
  const stats = createStats();
  for (const ms of latencies) stats.record('read', ms, undefined);
  return stats.read().byKind.read!;
}

describe('traffic statistics', () => {
  it('count requests and failures, by kind and together', () => {
    const stats = createStats();
    stats.record('read', 1, undefined);
    stats.record('read', 2, 'status 500');
    stats.record('write', 3, undefined);
    stats.stale();
    stats.write();
    const { requests, failed, stale, acknowledgedWrites, byKind, failures } = stats.read();
    expect({ requests, failed, stale, acknowledgedWrites }).to.deep.equal({
      requests: 3,
      failed: 1,
      stale: 1,
      acknowledgedWrites: 1,
    });
    expect(byKind.read).to.include({ requests: 2, failed: 1 });
    expect(byKind.write).to.include({ requests: 1, failed: 0 });
    expect(failures).to.have.length(1);
    expect(failures[0]).to.match(/^\d{4}-\d\d-\d\dT\S+ read: status 500$/);
  });

  it('give percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summaryOf(hundred)).to.include({ p50: 50, p99: 99 });
    expect(summaryOf([7])).to.include({ p50: 7, p99: 7 });
  });

  it('do not hide the slow one of few requests', () => {
    expect(summaryOf([1, 900])).to.include({ p50: 1, p99: 900 });
    expect(summaryOf([...new Array<number>(49).fill(1), 900])).to.include({ p50: 1, p99: 900 });
  });

  it('keep the newest latencies, and count all requests', () => {
    const { requests, p50 } = summaryOf([
      ...new Array<number>(2_000).fill(500),
      ...new Array<number>(2_000).fill(3),
    ]);
    expect({ requests, p50 }).to.deep.equal({ requests: 4_000, p50: 3 });
  });

  it('keep the first failures in words, and count them all', () => {
    const stats = createStats();
    for (let turn = 0; turn < 100; turn += 1) stats.record('read', 1, `failure ${turn}`);
    const { failed, failures } = stats.read();
    expect(failed).to.equal(100);
    expect(failures).to.have.length(20);
    expect(failures[0]).to.contain('failure 0');
  });
});
