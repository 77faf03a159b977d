import { expect } from 'chai';
import fc from 'fast-check';
import { chunksBetween } from '../../../migrations/copy/plan.ts';
import { cascadesOf } from '../../../migrations/preflight/cascades.ts';
import { type Job, jobId } from '../../../migrations/queue/job.ts';
import { labelsOf } from '../../../migrations/rows/column.ts';
import { keyText, parseKey } from '../../../migrations/rows/key.ts';
import { keyLiteral, literal, numberLiteral } from '../../../migrations/rows/literal.ts';
import type { Checkpoint } from '../../../migrations/state/checkpoint.ts';
import { wantedOf } from '../../../migrations/state/phase.ts';
import { createTransactionQueue } from '../../../migrations/stream/transaction-queue.ts';
import { isCaughtUp, stateOf } from '../../../migrations/worker/describe.ts';

const at = (offset: number) => ({ file: 'b.01', offset });
const streaming: Checkpoint = {
  group: 'g',
  phase: 'streaming',
  paused: false,
  epoch: 3,
  plan: 1,
  shapes: {},
  estimate: 0,
  copyEnd: at(100),
  position: at(100),
  lagSeconds: 0,
  applied: 0,
  transactions: 0,
  breaker: 'closed',
  streamSeenAt: 1_000,
};

describe('a group is caught up', () => {
  it('when the stream has passed the end of the copy, lives, and is near', () => {
    expect(isCaughtUp(streaming, 2_000)).to.equal(true);
    expect(stateOf(streaming)).to.equal('caught-up');
  });
  it('not before it passed the end of the copy, however small the lag', () => {
    const early = { ...streaming, position: at(99) };
    expect([isCaughtUp(early, 2_000), stateOf(early)]).to.deep.equal([false, 'streaming']);
  });
  it('not when it was not seen for long, is far behind, or paused', () => {
    expect(isCaughtUp(streaming, 60_000)).to.equal(false);
    expect(isCaughtUp({ ...streaming, lagSeconds: 60 }, 2_000)).to.equal(false);
    expect(isCaughtUp({ ...streaming, lagSeconds: undefined }, 2_000)).to.equal(false);
    expect(isCaughtUp({ ...streaming, paused: true }, 2_000)).to.equal(false);
  });
});

describe('what a phase wants', () => {
  it('is nothing while the group is paused or waits for a person', () => {
    expect(wantedOf({ phase: 'copying', paused: true })).to.equal(undefined);
    for (const phase of ['new', 'planned', 'failed'] as const)
      expect(wantedOf({ phase, paused: false })).to.equal(undefined);
    expect(wantedOf({ phase: 'streaming', paused: false })).to.deep.equal({ kind: 'stream' });
  });
});

describe('chunks', () => {
  it('lie next to one another and leave nothing out', () => {
    const chunks = chunksBetween('t', [['5'], ['9']]);
    expect(chunks.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [undefined, ['5']],
      [['5'], ['9']],
      [['9'], undefined],
    ]);
    expect(chunksBetween('t', [])).to.deep.equal([
      { table: 't', seq: 0, lower: undefined, upper: undefined },
    ]);
  });
});

describe('keys and literals', () => {
  const key = fc.array(
    fc.oneof(
      fc.string(),
      fc.constant(null),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  );
  it('write a key as text and read it back', () => {
    fc.assert(
      fc.property(key, (values) => {
        expect(parseKey(keyText(values))).to.deep.equal(values);
      }),
    );
  });
  it('quote everything but numbers', () => {
    expect(literal("it's \\ \0")).to.equal("'it\\'s \\\\ \\0'");
    expect(literal(Buffer.from([0, 255]))).to.equal("x'00ff'");
    expect(keyLiteral('number', '18446744073709551615')).to.equal('18446744073709551615');
    expect(keyLiteral('number', '1 OR 1=1')).to.equal("'1 OR 1=1'");
    expect(keyLiteral('text', '5')).to.equal("'5'");
  });
  it('write numbers bare, and nothing else', () => {
    const bare = ['0', '-5', '18446744073709551615', '12.3400', `${'9'.repeat(38)}.5`];
    expect(bare.map(numberLiteral)).to.deep.equal(bare);
    const odd = ['', '-', '1e3', '1.', '.5', ' 1', '1\n', '0x10', '1;DROP', '9'.repeat(41)];
    expect(odd.map(numberLiteral)).to.deep.equal(odd.map((text) => `'${text}'`));
    expect(numberLiteral(null)).to.equal('NULL');
  });
  it('take labels apart at the right commas', () => {
    expect(labelsOf("enum('a','it''s','x,y','')")).to.deep.equal(['a', "it's", 'x,y', '']);
  });
  it('give different jobs different ids without colons', () => {
    const jobs: Job[] = [
      { kind: 'stream', group: 'a' },
      { kind: 'prepare', group: 'a' },
      { kind: 'verify', group: 'a', run: 1 },
      { kind: 'chunk', group: 'a', plan: 1, table: 't', seq: 2 },
    ];
    const ids = jobs.map(jobId);
    expect(new Set(ids).size).to.equal(4);
    expect(ids.join('')).to.not.include(':');
  });
});

describe('foreign keys', () => {
  it('are read from what the server shows, acting ones alone', () => {
    const text =
      'CREATE TABLE `c` (\n  CONSTRAINT `a` FOREIGN KEY (`p`,`q`) REFERENCES `x`.`par` (`id`,`z`) ON DELETE CASCADE,\n  CONSTRAINT `b` FOREIGN KEY (`r`) REFERENCES `other` (`id`),\n  CONSTRAINT `d` FOREIGN KEY (`s`) REFERENCES `third` (`id`) ON DELETE SET NULL ON UPDATE CASCADE\n)';
    expect(cascadesOf('c', text)).to.deep.equal([
      { child: 'c', parent: 'par', rule: 'ON DELETE CASCADE' },
      { child: 'c', parent: 'third', rule: 'ON DELETE SET NULL ON UPDATE CASCADE' },
    ]);
  });
});

describe('the queue between reader and applier', () => {
  const transaction = (offset: number, rows: number) => ({
    end: at(offset),
    at: 0,
    events: Array.from({ length: rows }, () => ({ table: 't', after: {} })),
  });
  it('gives out groups in order, asks for rest when full, and keeps only the newest place without rows', async () => {
    const calls: string[] = [];
    const queue = createTransactionQueue({
      onFull: () => calls.push('full'),
      onDrained: () => calls.push('drained'),
      high: 10,
      batch: 6,
    });
    for (const [offset, rows] of [
      [1, 0],
      [2, 0],
      [3, 5],
      [4, 5],
      [5, 5],
      [6, 0],
      [7, 0],
    ] as const)
      queue.push(transaction(offset, rows));
    const groups: number[][] = [];
    for (let part = 0; part < 2; part++) {
      const taken = await queue.take();
      if (taken.kind === 'transactions') groups.push(taken.transactions.map(({ end }) => end.offset));
    }
    expect(groups).to.deep.equal([
      [3, 4],
      [5, 7],
    ]);
    expect(calls).to.deep.equal(['full', 'drained']);
    queue.lose('gone');
    expect(await queue.take()).to.deep.equal({ kind: 'lost', reason: 'gone' });
  });
});
