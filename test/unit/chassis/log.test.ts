import { expect } from 'chai';
import fc from 'fast-check';
import { createLogger, createNullLogger, type Logger } from '../../../chassis/log.ts';
import { WrittenFields } from '../../../chassis/log-line.ts';
import { withRequestId } from '../../../chassis/request-id.ts';

/** What a logger wrote while `work` ran, line by line as parsed JSON. */
function written(work: (log: Logger) => void, level?: string): Record<string, unknown>[] {
  const lines: string[] = [];
  work(createLogger({ process: 'facade', level, write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('log', () => {
  it('writes one JSON object a line: time, level, process, message, fields', () => {
    const [line] = written((log) => log.info('route moved', { route: 'a', percent: 10 }));
    expect(line).to.include({
      level: 'info',
      process: 'facade',
      message: 'route moved',
      route: 'a',
      percent: 10,
    });
    expect(Date.parse(String(line?.time))).to.be.closeTo(Date.now(), 60_000);
  });

  it('keeps any text on one line', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const lines: string[] = [];
        createLogger({ process: 'p', write: (line) => lines.push(line) }).warn(`x${text}`, { text });
        expect(lines).to.have.length(1);
        expect(lines[0]).to.not.match(/[\n\r]/);
        expect(JSON.parse(lines[0]!)).to.include({ message: `x${text}`, text });
      }),
    );
  });

  it('takes a message as it is, whatever winston would read into it', () => {
    const lines = written((log) => {
      for (const message of ['%s', '100 %c', '%d %j', '%']) log.child({ a: 1 }).info(message, { b: 2 });
    });
    expect(lines.map(({ message, a, b }) => [message, a, b])).to.deep.equal([
      ['%s', 1, 2],
      ['100 %c', 1, 2],
      ['%d %j', 1, 2],
      ['%', 1, 2],
    ]);
  });

  it('takes fields that are written already, also into a logger with fields of its own', () => {
    const fields = new WrittenFields('{"requestId":"r","path":"/\\"x"}');
    const lines = written((log) => {
      withRequestId('other', () => log.info('request', fields));
      log.child({ a: 1 }).info('request', fields);
    });
    expect(lines[0]).to.include({ message: 'request', level: 'info', requestId: 'r', path: '/"x' });
    expect(lines[1]).to.include({ message: 'request', a: 1, requestId: 'r', path: '/"x' });
  });

  it('writes what is at its level and above', () => {
    const all = (log: Logger) => {
      log.debug('a');
      log.info('b');
      log.warn('c');
      log.error('d');
    };
    expect(written(all).map(({ message }) => message)).to.deep.equal(['b', 'c', 'd']);
    expect(written(all, 'debug')).to.have.length(4);
    expect(written(all, 'error').map(({ level }) => level)).to.deep.equal(['error']);
  });

  it('tells errors with stack and causes', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    const [line] = written((log) => log.error('failed', { error, nested: { error } }));
    expect(line).to.have.nested.include({
      'error.name': 'TypeError',
      'error.message': 'outer',
      'error.cause.message': 'inner',
    });
    expect(line).to.have.nested.property('error.stack').that.includes('log.test.ts');
    expect(line).to.have.nested.include({ 'nested.error.message': 'outer' });
  });

  it("tells the code of an error, the system's and the kit's own", () => {
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const [line] = written((log) => log.error('failed', { error }));
    expect(line).to.have.nested.include({ 'error.code': 'ECONNREFUSED' });
  });

  it('carries the request id of the request being served', () => {
    const lines = written((log) => {
      withRequestId('r-1', () => log.info('inside'));
      log.info('outside');
      log.info('given', { requestId: 'r-2' });
    });
    expect(lines.map(({ requestId }) => requestId)).to.deep.equal(['r-1', undefined, 'r-2']);
  });

  it('has children whose lines carry their fields', () => {
    const lines = written((log) => {
      const child = log.child({ route: 'a' }).child({ stage: 'live' });
      child.info('one');
      child.info('two', { route: 'b' });
      log.info('three');
    });
    expect(lines.map(({ route, stage }) => [route, stage])).to.deep.equal([
      ['a', 'live'],
      ['b', 'live'],
      [undefined, undefined],
    ]);
  });

  it('never fails its caller, nor lets a field change what a line is', () => {
    const circular: Record<string, unknown> = { big: 2n ** 70n };
    circular.self = circular;
    const cause = new Error('round');
    cause.cause = cause;
    const hostile = {
      get boom() {
        throw new Error('getter');
      },
    };
    const lines = written((log) => {
      log.info('circular', { circular });
      log.info('cause', { cause });
      log.info('hostile', { hostile });
      log.info('shadowed', { message: 'mine', level: 'debug', time: 'never', process: 'other' });
    });
    expect(lines.map(({ message }) => message)).to.deep.equal(['circular', 'cause', 'hostile', 'shadowed']);
    expect(lines[3]).to.include({ level: 'info', process: 'facade' }).and.not.include({ time: 'never' });
    expect(lines[0]).to.have.nested.include({ 'circular.big': '1180591620717411303424' });
  });

  it('can be nothing', () => {
    const log = createNullLogger();
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log.child({})[level]('x', { a: 1 });
  });
});
