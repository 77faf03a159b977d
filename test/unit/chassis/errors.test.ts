import { expect } from 'chai';
import { defineErrors, describeError, EXIT, KitError, messageOf } from '../../../chassis/errors.ts';

const errors = defineErrors({
  ROUTE_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ found, known }) => `Found route ${found}, expected one of: ${known}.`,
    remedy: 'See the list.',
  },
});

describe('errors', () => {
  it('carry the entry of their table, the parameters and the cause', () => {
    const cause = new Error('below');
    const error = errors.error('ROUTE_UNKNOWN', { found: 'a', known: 'b, c' }, cause);
    expect(error).to.be.instanceOf(KitError);
    expect(error).to.include({
      name: 'KitError',
      code: 'ROUTE_UNKNOWN',
      status: 404,
      exit: 2,
      remedy: 'See the list.',
    });
    expect(error.message).to.equal('Found route a, expected one of: b, c.');
    expect(error.params).to.deep.equal({ found: 'a', known: 'b, c' });
    expect(error.cause).to.equal(cause);
    expect(errors.error('ROUTE_UNKNOWN')).not.to.have.property('cause');
  });

  it('are described in full to whoever asks', () => {
    expect(describeError(errors.error('ROUTE_UNKNOWN', { found: 'a', known: 'b' }))).to.include({
      code: 'ROUTE_UNKNOWN',
      status: 404,
      message: 'Found route a, expected one of: b.',
      remedy: 'See the list.',
    });
  });

  it('of any other kind are internal, and their text goes to nobody', () => {
    for (const other of [new Error('password is s3cr3t'), 's3cr3t', undefined, null, { code: 's3cr3t' }]) {
      const shown = describeError(other);
      expect(shown).to.include({ code: 'INTERNAL', status: 500 });
      expect(JSON.stringify(shown)).to.not.include('s3cr3t');
    }
  });

  it('have a text, whatever was thrown', () => {
    expect(messageOf(new Error('a'))).to.equal('a');
    expect(messageOf(new TypeError())).to.equal('TypeError');
    expect(['b', 3, undefined].map(messageOf)).to.deep.equal(['b', '3', 'undefined']);
    expect(messageOf(new AggregateError([new Error('first'), new Error('second')]))).to.include('first');
  });
});
