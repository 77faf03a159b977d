import { expect } from 'chai';
import { groupLines, planLines, verifyLines } from '../../../cli/show-data.ts';
import type { GroupView } from '../../../migrations/worker/views.ts';

const NOW = Date.UTC(2026, 0, 2);

const view: GroupView = {
  group: 'catalog',
  state: 'caught-up',
  caughtUp: true,
  lagSeconds: 0,
  lagBytes: 0,
  position: 'bin.000002:4711',
  copy: {
    rows: 2_000,
    estimate: 2_000,
    chunks: { done: 3, total: 4 },
    rowsPerSecond: null,
    secondsLeft: null,
    indexes: { deferred: 0, building: false },
  },
  stream: { applied: 1_234, transactions: 1_000, holder: 'w1', epoch: 1, breaker: 'closed' },
  quarantine: { count: 0, samples: [] },
  verifying: null,
  verified: null,
};

const verified = {
  rows: 2_000,
  equal: 1_997,
  different: 1,
  missing: 1,
  extra: 1,
  quarantined: 0,
  samples: [
    {
      table: 'products',
      key: '7',
      kind: 'different' as const,
      column: 'price',
      source: '1.00',
      target: '2.00',
    },
    { table: 'products', key: '8', kind: 'missing' as const },
    { table: 'products', key: '9', kind: 'extra' as const },
  ],
  clean: false,
  at: NOW - 125_000,
};

describe('a data group as text', () => {
  it('shows state, progress, lag, position, verification and quarantine', () => {
    expect(groupLines(view, NOW).split('\n')).to.deep.equal([
      'data group  catalog: caught-up',
      'copy        ██████████████████░░░░░░  75 % 2,000 rows in 4 chunks',
      'stream      1,234 changes applied, lag 0 s, breakers closed',
      'position    bin.000002:4711',
      'verified    never',
      'quarantine  empty',
    ]);
  });

  it('says what is not known yet', () => {
    const text = groupLines({ ...view, lagSeconds: null, position: null }, NOW);
    expect(text).to.contain('lag unknown').and.contain('none yet');
  });

  it('shows quarantined rows with key, column and reason, and the error of a group that failed', () => {
    const text = groupLines(
      {
        ...view,
        state: 'failed',
        error: 'STREAM_GAP: the binlog is gone',
        quarantine: {
          count: 1_001,
          samples: [{ table: 'tbl_prod', key: '7', column: 'prd_sts', message: 'found X, expected A, D, P' }],
        },
      },
      NOW,
    );
    expect(text).to.match(/quarantine +1,001 row\(s\)/);
    expect(text).to.contain('\n  tbl_prod 7 prd_sts: found X, expected A, D, P');
    expect(text).to.match(/error +STREAM_GAP: the binlog is gone/);
  });

  it('shows each kind of difference in its own words', () => {
    const [head, ...samples] = verifyLines({ ...view, verified }, NOW).split('\n');
    expect(head).to.match(
      /^catalog: NOT EQUAL, 2,000 rows: 1 different, 1 missing, 1 extra, 0 quarantined \(2 min 5 s ago\)$/,
    );
    expect(samples).to.deep.equal([
      '  products 7 price: source 1.00, target 2.00',
      '  products 8: missing in the target',
      '  products 9: only in the target',
    ]);
  });

  it('says equal when it is', () => {
    const clean = { ...verified, different: 0, missing: 0, extra: 0, samples: [], clean: true };
    expect(verifyLines({ ...view, verified: clean }, NOW)).to.match(
      /^catalog: equal, 2,000 rows: 0 different/,
    );
  });
});

describe('a plan as text', () => {
  it('shows what is well in short, and what is not with its remedy', () => {
    const text = planLines('catalog', {
      findings: [
        { id: 'log-bin', level: 'ok', found: 'log_bin = ON', expected: 'log_bin = ON', remedy: '' },
        {
          id: 'primary-key',
          level: 'blocker',
          table: 'tbl_log',
          found: 'no primary key',
          expected: 'a primary key',
          remedy: 'Leave it with the monolith.',
        },
      ],
      tables: [{ table: 'tbl_prod', rows: 1_999, bytes: 1, chunks: 2 }],
    });
    expect(text.split('\n')).to.deep.equal([
      'data group catalog: preflight',
      '  ok       log-bin: log_bin = ON',
      '  blocker  primary-key (tbl_log): found no primary key, expected a primary key. Leave it with the monolith.',
      'copy',
      '  tbl_prod: about 1,999 rows, 2 chunk(s)',
    ]);
  });
});
